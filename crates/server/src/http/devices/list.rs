use actix_web::web::Data;
use cardkey_domain::{AppId, LicenceId, OFFLINE_AFTER, Timestamp, UserId};
use cardkey_licensing::DeviceFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::DeviceView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct DeviceQuery {
    /// Of this app.
    #[param(value_type = Option<String>)]
    app_id: Option<AppId>,
    /// Of this account.
    #[param(value_type = Option<String>)]
    owner_id: Option<UserId>,
    /// Bound to this licence.
    #[param(value_type = Option<String>)]
    license_id: Option<LicenceId>,
    /// Only those that are online, or only those that are not.
    online: Option<bool>,
    /// Last seen at this time or later (RFC 3339).
    seen_from: Option<String>,
    /// Last seen before this time (RFC 3339).
    seen_before: Option<String>,
}

/// Lists devices, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<DeviceQuery>,
    Pages(page): Pages,
) -> Result<List<DeviceView>, Problem> {
    let now = services.ambient.now();
    let filter = query.parse(now.minus(OFFLINE_AFTER))?;
    let devices = services.licensing.devices(&filter, page).await?;
    let owners = devices.items.iter().map(|(device, _)| device.owner_id);
    let names = services.account_names(owners).await?;
    Ok(List::of(&page, devices, |(device, seats)| DeviceView::of(&device, seats, &names, now)))
}

impl DeviceQuery {
    fn parse(self, online_since: Timestamp) -> Result<DeviceFilter, Problem> {
        let mut faults = Faults::default();
        let from = self.seen_from.map(|from| faults.take("seen_from", Timestamp::parse(&from)));
        let before = self.seen_before.map(|before| faults.take("seen_before", Timestamp::parse(&before)));
        let online = self.online;
        faults.finish(|| {
            Some(DeviceFilter {
                app: self.app_id,
                owner: self.owner_id,
                licence: self.license_id,
                seen_from: from.flatten().max((online == Some(true)).then_some(online_since)),
                seen_before: earlier(before.flatten(), (online == Some(false)).then_some(online_since)),
            })
        })
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}
