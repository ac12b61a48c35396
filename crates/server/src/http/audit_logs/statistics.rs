use std::collections::HashMap;

use actix_web::web::Data;
use cardkey_audit::{HourFigures, InvalidHours, Statistics};
use cardkey_domain::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::answer::Reply;
use crate::http::extract::Query;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct AuditStatisticsQuery {
    /// At or after the hour of this time (RFC 3339); a day before the end unless said otherwise.
    from: Option<String>,
    /// Before this time (RFC 3339), its hour included; now unless said otherwise. At most 31 days after `from`.
    to: Option<String>,
}

/// How much was done in a stretch of whole hours.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditStatisticsView {
    /// The first moment, in RFC 3339.
    from: String,
    /// The first moment after.
    to: String,
    total: u64,
    /// The most frequent first.
    by_action: Vec<AuditActionCount>,
    /// The 20 accounts that did most.
    by_user: Vec<AuditUserCount>,
    /// The gravest first.
    by_level: Vec<AuditLevelCount>,
    by_status: Vec<AuditStatusCount>,
    /// Each hour, oldest first.
    by_hour: Vec<AuditHourCount>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditActionCount {
    action: String,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditUserCount {
    user_id: String,
    /// The account's name today; null where there is none any more.
    username: Option<String>,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditLevelCount {
    level: &'static str,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditStatusCount {
    status: &'static str,
    count: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AuditHourCount {
    /// The hour's first moment, in RFC 3339.
    hour: String,
    count: u64,
    refused: u64,
    failed: u64,
}

/// Shows how much was done, by what, whom and when.
pub(crate) async fn statistics(
    services: Data<Services>,
    Query(query): Query<AuditStatisticsQuery>,
) -> Result<Reply<AuditStatisticsView>, Problem> {
    let mut faults = Faults::default();
    let from = query.from.map(|from| faults.take("from", Timestamp::parse(&from)));
    let to = query.to.map(|to| faults.take("to", Timestamp::parse(&to)));
    let (from, to) = faults.finish(|| Some((from.flatten(), to.flatten())))?;
    let hours = services.audit_statistics.hours(from, to).map_err(|invalid| match invalid {
        InvalidHours::Reversed => Faults::one("to", Fault::Reversed),
        InvalidHours::TooLong => Faults::one("from", Fault::LongerThanDays(31)),
    })?;
    let figures = services.audit_statistics.of(hours).await?;
    let names = services.account_names(figures.by_user.iter().map(|(user, _)| *user)).await?;
    Ok(Reply::ok(AuditStatisticsView::of(figures, &names)))
}

impl AuditStatisticsView {
    fn of(figures: Statistics, names: &HashMap<UserId, String>) -> Self {
        let user = |(user, count): (UserId, u64)| AuditUserCount {
            user_id: user.to_string(),
            username: names.get(&user).cloned(),
            count,
        };
        let hour = |HourFigures { hour, count, refused, failed }| AuditHourCount {
            hour: hour.to_string(),
            count,
            refused,
            failed,
        };
        Self {
            from: figures.hours.from.to_string(),
            to: figures.hours.to.to_string(),
            total: figures.total,
            by_action: figures
                .by_action
                .into_iter()
                .map(|(action, count)| AuditActionCount { action, count })
                .collect(),
            by_user: figures.by_user.into_iter().map(user).collect(),
            by_level: figures
                .by_level
                .into_iter()
                .map(|(level, count)| AuditLevelCount { level: level.as_str(), count })
                .collect(),
            by_status: figures
                .by_status
                .into_iter()
                .map(|(status, count)| AuditStatusCount { status: status.as_str(), count })
                .collect(),
            by_hour: figures.by_hour.into_iter().map(hour).collect(),
        }
    }
}
