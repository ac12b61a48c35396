use actix_web::web::Data;
use cardkey_domain::Timestamp;
use cardkey_licensing::LicenceOverview;
use cardkey_licensing::model::CardKeyState;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::List;
use crate::http::extract::{Caller, Pages};
use crate::http::problem::Problem;
use crate::http::services::Services;

/// A licence as its owner sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicenceView {
    id: String,
    app_id: String,
    app_name: String,
    card_key_id: String,
    /// The card key, masked.
    masked: String,
    /// `activated`, `expired` or `disabled`.
    status: &'static str,
    trial: bool,
    max_devices: u32,
    /// The devices that are bound.
    devices: Vec<LicenceDeviceView>,
    /// How many uses are left, where they are counted.
    uses_left: Option<u32>,
    expires_at: Option<String>,
    created_at: String,
}

/// A device on a licence.
#[derive(Serialize, ToSchema)]
pub(crate) struct LicenceDeviceView {
    device_id: String,
    bound_at: String,
}

/// Lists the caller's licences, newest first.
pub(crate) async fn list(
    caller: Caller,
    services: Data<Services>,
    Pages(page): Pages,
) -> Result<List<LicenceView>, Problem> {
    let licences = services.licensing.licences_of(caller.account().id, page).await?;
    let now = services.ambient.now();
    Ok(List::of(&page, licences, |overview| LicenceView::of(overview, now)))
}

impl LicenceView {
    fn of(
        LicenceOverview { licence, card_key_state, masked, app_name, seats }: LicenceOverview,
        now: Timestamp,
    ) -> Self {
        let over = licence.expires_at.is_some_and(|end| end <= now);
        let state =
            if over && card_key_state == CardKeyState::Activated { CardKeyState::Expired } else { card_key_state };
        let device = |seat: cardkey_licensing::model::Seat| LicenceDeviceView {
            device_id: seat.device_id.to_string(),
            bound_at: seat.bound_at.to_string(),
        };
        Self {
            id: licence.id.to_string(),
            app_id: licence.app_id.to_string(),
            app_name: app_name.to_string(),
            card_key_id: licence.card_key_id.to_string(),
            masked: masked.to_string(),
            status: state.as_str(),
            trial: licence.trial,
            max_devices: licence.max_devices,
            devices: seats.into_iter().map(device).collect(),
            uses_left: licence.uses_left,
            expires_at: licence.expires_at.map(|end| end.to_string()),
            created_at: licence.created_at.to_string(),
        }
    }
}
