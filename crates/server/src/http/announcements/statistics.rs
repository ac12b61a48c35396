use actix_web::web::Data;
use cardkey_announce::Statistics;
use cardkey_announce::model::HourCount;
use cardkey_domain::AnnouncementId;
use serde::Serialize;
use utoipa::ToSchema;

use super::words::AnnouncementAudienceKind;
use crate::http::answer::Reply;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// How far an announcement got.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncementStatistics {
    audience: AnnouncementAudienceKind,
    /// How many active accounts it is for.
    reach: u64,
    /// When they were counted: at most a minute before the last look.
    reach_at: String,
    /// How many of them it got to.
    delivered: u64,
    read: u64,
    confirmed: u64,
    /// The same hour by hour, oldest first; hours in which nobody took note are left out.
    hours: Vec<AnnouncementHour>,
}

/// How many took note within an hour.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncementHour {
    from: String,
    delivered: u64,
    read: u64,
    confirmed: u64,
}

/// Shows how many an announcement reached, and who took note when.
pub(crate) async fn statistics(
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<AnnouncementStatistics>, Problem> {
    Ok(Reply::ok(services.announcements.statistics(id).await?.into()))
}

impl From<Statistics> for AnnouncementStatistics {
    fn from(Statistics { audience, reach, marked, hours }: Statistics) -> Self {
        Self {
            audience: audience.into(),
            reach: reach.accounts,
            reach_at: reach.counted_at.to_string(),
            delivered: marked.delivered,
            read: marked.read,
            confirmed: marked.confirmed,
            hours: hours.into_iter().map(AnnouncementHour::from).collect(),
        }
    }
}

impl From<HourCount> for AnnouncementHour {
    fn from(HourCount { from, marked }: HourCount) -> Self {
        let from = from.to_string();
        Self { from, delivered: marked.delivered, read: marked.read, confirmed: marked.confirmed }
    }
}
