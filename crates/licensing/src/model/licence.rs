use std::net::IpAddr;

use cardkey_domain::{AppId, CardKeyId, DeviceId, LicenceId, SeatId, Timestamp, UserId};

/// What a redeemed card key became, for one account and one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// Its identifier, the `sub` of its verdicts.
    pub id: LicenceId,
    /// The card key it came from; unique.
    pub card_key_id: CardKeyId,
    /// The app it is for.
    pub app_id: AppId,
    /// Whose it is.
    pub owner_id: UserId,
    /// How many devices it seats.
    pub max_devices: u32,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When its owner is to be reminded of the end next.
    pub remind_at: Option<Timestamp>,
    /// How many uses are left; `None` where they are not counted.
    pub uses_left: Option<u32>,
    /// Whether it came from a trial key.
    pub trial: bool,
    /// Raised by every change that older verdicts must not outlive.
    pub epoch: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A device on a licence. Seats are numbered from 0 and a number is taken once, so the database bounds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Its identifier.
    pub id: SeatId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The device.
    pub device_id: DeviceId,
    /// 0 to `max_devices` – 1; unique on the licence.
    pub number: u32,
    /// When it was bound.
    pub bound_at: Timestamp,
    /// From where.
    pub bound_ip: Option<IpAddr>,
    /// The device's own Ed25519 key, where it gave one when it was bound: then it must prove possession at every check (RFC 9449).
    pub public_key: Option<[u8; 32]>,
    /// When it was unbound; `None` while it is bound. An unbound seat is history and holds no number.
    pub unbound_at: Option<Timestamp>,
}
