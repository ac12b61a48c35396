use actix_web::web::Data;
use cardkey_domain::{CardKeyId, PageRequest};
use cardkey_licensing::DeviceFilter;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::CardKeyView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// A card key with the licence it became.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardKeyDetailView {
    #[serde(flatten)]
    card_key: CardKeyView,
    /// How many uses are left, where they are counted.
    uses_left: Option<u32>,
    /// The devices that are bound.
    devices: Vec<BoundDeviceView>,
}

/// A device on a card key's licence.
#[derive(Serialize, ToSchema)]
pub(crate) struct BoundDeviceView {
    id: String,
    /// The seat's number, from 0.
    seat: u32,
    name: Option<String>,
    os: Option<String>,
    ip_address: Option<String>,
    bound_at: String,
    last_seen_at: Option<String>,
}

/// Shows a card key, masked, with its licence and devices.
pub(crate) async fn show(
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<CardKeyDetailView>, Problem> {
    let detail = services.licensing.card_key(id).await?.ok_or(Code::CardKeyNotFound)?;
    let names = services.account_names(detail.card_key.owner_id).await?;
    let (mut devices, mut uses_left) = (Vec::new(), None);
    if let Some((licence, seats)) = detail.licence {
        uses_left = licence.uses_left;
        let filter = DeviceFilter { licence: Some(licence.id), ..DeviceFilter::default() };
        let known = services.licensing.devices(&filter, PageRequest::of(licence.max_devices)).await?.items;
        for seat in seats {
            let device = known.iter().map(|(device, _)| device).find(|device| device.id == seat.device_id);
            devices.push(BoundDeviceView {
                id: seat.device_id.to_string(),
                seat: seat.number,
                name: device.and_then(|device| device.name.as_ref()).map(ToString::to_string),
                os: device.and_then(|device| device.os.as_ref()).map(ToString::to_string),
                ip_address: device.and_then(|device| device.ip).map(|ip| ip.to_string()),
                bound_at: seat.bound_at.to_string(),
                last_seen_at: device.map(|device| device.last_seen_at.to_string()),
            });
        }
    }
    Ok(Reply::ok(CardKeyDetailView { card_key: CardKeyView::of(detail.card_key, &names), uses_left, devices }))
}
