//! What a verdict rests on, in one read: the hottest query there is.

use std::sync::LazyLock;

use cardkey_domain::{DeviceId, LicenceId, SeatId};
use cardkey_events::StoreError;
use cardkey_licensing::LicenceStanding;
use cardkey_licensing::model::Seat;

use super::{apps, devices, licences, maintenances, seats};
use crate::database::Database;
use crate::sql::{Row, columns, one, params};

static SQL: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {licence}, {app}, {maintenance}, {device}, card_keys.state AS key_state, users.status AS owner_status, {seat} \
         FROM licences \
         JOIN card_keys ON card_keys.id = licences.card_key_id \
         JOIN apps ON apps.id = licences.app_id \
         JOIN devices ON devices.id = ? \
         LEFT JOIN app_maintenances ON app_maintenances.app_id = licences.app_id \
         LEFT JOIN seats ON seats.licence_id = licences.id AND seats.held_device = devices.id \
         LEFT JOIN users ON users.id = licences.owner_id \
         WHERE licences.id = ?",
        licence = columns("licences", licences::COLUMNS),
        app = columns("apps", apps::COLUMNS),
        maintenance = columns("app_maintenances", maintenances::COLUMNS),
        device = columns("devices", devices::COLUMNS),
        seat = columns("seats", seats::COLUMNS),
    )
});

pub(super) async fn find(
    db: &Database,
    licence: LicenceId,
    device: DeviceId,
) -> Result<Option<LicenceStanding>, StoreError> {
    let Some(mut row) = one(db.reads(), &SQL, params![device, licence]).await? else { return Ok(None) };
    Ok(Some(LicenceStanding {
        card_key_state: row.word("key_state")?,
        owner_active: row.opt::<String>("owner_status")?.is_some_and(|status| status == "active"),
        seat: seat_of(row.under("seats"))?,
        licence: licences::licence(row.under("licences"))?,
        app: apps::app(&mut row)?,
        device: devices::device(row.under("devices"))?,
    }))
}

/// The seat, where the device is bound.
fn seat_of(row: &Row) -> Result<Option<Seat>, StoreError> {
    match row.opt::<SeatId>("id")? {
        Some(_) => seats::seat(row).map(Some),
        None => Ok(None),
    }
}
