use std::collections::HashMap;

use cardkey_domain::{OFFLINE_AFTER, Timestamp, UserId};
use cardkey_licensing::model::{Device, Seat};
use serde::Serialize;
use utoipa::ToSchema;

/// A device as lists show it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceView {
    id: String,
    app_id: String,
    /// Who bound it first.
    owner_id: String,
    owner_name: Option<String>,
    name: Option<String>,
    os: Option<String>,
    ip_address: Option<String>,
    /// Whether it was heard of in the last 15 minutes.
    online: bool,
    /// What it last said of itself with a heartbeat.
    status: Option<String>,
    first_seen_at: String,
    last_seen_at: String,
    bindings: Vec<BindingView>,
}

/// A device with all that is known of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeviceDetailView {
    #[serde(flatten)]
    device: DeviceView,
    /// What the app tells it apart by.
    fingerprint: String,
    /// The keyed hashes of its components, the same in every app: what the blacklist takes.
    components: Vec<ComponentView>,
    /// Bindings that ended, newest first.
    history: Vec<BindingView>,
}

/// A component's keyed hash.
#[derive(Serialize, ToSchema)]
pub(crate) struct ComponentView {
    component: &'static str,
    hash: String,
}

/// A device on a licence.
#[derive(Serialize, ToSchema)]
pub(crate) struct BindingView {
    license_id: String,
    device_id: String,
    /// The seat's number, from 0.
    seat: u32,
    /// Whether the device proves possession of a key of its own.
    has_device_key: bool,
    bound_at: String,
    bound_ip: Option<String>,
    unbound_at: Option<String>,
}

impl DeviceView {
    pub(super) fn of(device: &Device, seats: Vec<Seat>, names: &HashMap<UserId, String>, now: Timestamp) -> Self {
        Self {
            id: device.id.to_string(),
            app_id: device.app_id.to_string(),
            owner_id: device.owner_id.to_string(),
            owner_name: names.get(&device.owner_id).cloned(),
            name: device.name.as_ref().map(ToString::to_string),
            os: device.os.as_ref().map(ToString::to_string),
            ip_address: device.ip.map(|ip| ip.to_string()),
            online: now.since(device.last_seen_at) <= OFFLINE_AFTER,
            status: device.status.as_ref().map(ToString::to_string),
            first_seen_at: device.first_seen_at.to_string(),
            last_seen_at: device.last_seen_at.to_string(),
            bindings: seats.into_iter().map(BindingView::from).collect(),
        }
    }
}

impl DeviceDetailView {
    pub(super) fn of(device: &Device, seats: Vec<Seat>, names: &HashMap<UserId, String>, now: Timestamp) -> Self {
        let (bound, ended): (Vec<_>, Vec<_>) = seats.into_iter().partition(|seat| seat.unbound_at.is_none());
        let component = |part: &cardkey_licensing::model::ComponentHash| ComponentView {
            component: part.component.as_str(),
            hash: part.hash.clone(),
        };
        Self {
            device: DeviceView::of(device, bound, names, now),
            fingerprint: device.fingerprint.0.clone(),
            components: device.components.iter().map(component).collect(),
            history: ended.into_iter().map(BindingView::from).collect(),
        }
    }
}

impl From<Seat> for BindingView {
    fn from(seat: Seat) -> Self {
        Self {
            license_id: seat.licence_id.to_string(),
            device_id: seat.device_id.to_string(),
            seat: seat.number,
            has_device_key: seat.public_key.is_some(),
            bound_at: seat.bound_at.to_string(),
            bound_ip: seat.bound_ip.map(|ip| ip.to_string()),
            unbound_at: seat.unbound_at.map(|at| at.to_string()),
        }
    }
}
