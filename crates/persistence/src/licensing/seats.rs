//! Seats. A bound one holds its number and its device in columns of their own, which are unique on the licence; unbinding empties them, so
//! the same row becomes history and stands in nobody's way.

use cardkey_domain::{DeviceId, LicenceId, Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_licensing::model::Seat;

use crate::database::Database;
use crate::sql::{On, Param, Pick, Row, Write, all, execute, for_update, params, places};

/// Seats of one device that are listed.
const MOST_LISTED: u32 = 100;

/// As many as any policy lets an owner free in a year.
const MOST_UNBOUND: u32 = 1_000;

pub(super) const COLUMNS: &str = "id, licence_id, device_id, number, bound_at, bound_ip, unbound_at, public_key";

/// The row of a bound seat.
pub(super) fn binding(seat: &Seat) -> Write {
    let sql = "INSERT INTO seats (id, licence_id, device_id, number, held_device, held_number, bound_at, bound_ip, public_key) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let values = params![
        seat.id,
        seat.licence_id,
        seat.device_id,
        seat.number,
        seat.device_id,
        seat.number,
        seat.bound_at,
        seat.bound_ip,
        seat.public_key,
    ];
    Write::insert(sql, values)
}

pub(super) async fn unbind(
    on: On<'_>,
    licence: LicenceId,
    device: Option<DeviceId>,
    now: Timestamp,
) -> Result<Vec<DeviceId>, StoreError> {
    let held = Pick::new()
        .and_opt("licence_id = ?", Some(licence))
        .and("held_device IS NOT NULL", [])
        .and_opt("held_device = ?", device);
    let lock = for_update(on.backend());
    let sql = format!("SELECT device_id FROM seats{} ORDER BY number{lock}", held.conditions());
    let rows = all(on, &sql, held.params()).await?;
    let devices = rows.iter().map(|row| row.get("device_id")).collect::<Result<Vec<DeviceId>, _>>()?;
    let sql = format!("UPDATE seats SET held_device = NULL, held_number = NULL, unbound_at = ?{}", held.conditions());
    let mut values = params![now];
    values.extend(held.params());
    execute(on, &sql, values).await?;
    Ok(devices)
}

/// The row that says that an owner freed a seat.
pub(super) fn own_unbind(licence: LicenceId, device: DeviceId, user: UserId, now: Timestamp) -> Write {
    let sql = "INSERT INTO licence_unbinds (licence_id, device_id, user_id, unbound_at) VALUES (?, ?, ?, ?)";
    Write::insert(sql, params![licence, device, user, now])
}

pub(super) async fn own_unbinds(
    db: &Database,
    licence: LicenceId,
    since: Timestamp,
) -> Result<Vec<Timestamp>, StoreError> {
    let sql = "SELECT unbound_at FROM licence_unbinds WHERE licence_id = ? AND unbound_at > ? \
               ORDER BY unbound_at DESC LIMIT ?";
    let rows = all(db.reads(), sql, params![licence, since, MOST_UNBOUND]).await?;
    rows.iter().map(|row| row.get("unbound_at")).collect()
}

/// The bound seats of several licences, by number.
pub(super) async fn bound_to_each(db: &Database, licences: &[LicenceId]) -> Result<Vec<Seat>, StoreError> {
    let mut bound = Vec::new();
    for licences in licences.chunks(500) {
        let sql = format!(
            "SELECT * FROM seats WHERE licence_id IN ({}) AND held_device IS NOT NULL ORDER BY number",
            places(licences.len())
        );
        let values = licences.iter().map(|licence| licence.value()).collect();
        for row in all(db.reads(), &sql, values).await? {
            bound.push(seat(&row)?);
        }
    }
    Ok(bound)
}

/// The bound seats of several devices.
pub(super) async fn bound_by(db: &Database, devices: &[DeviceId]) -> Result<Vec<Seat>, StoreError> {
    let mut bound = Vec::new();
    for devices in devices.chunks(500) {
        let sql = format!(
            "SELECT * FROM seats WHERE device_id IN ({}) AND held_device IS NOT NULL ORDER BY id DESC",
            places(devices.len())
        );
        let values = devices.iter().map(|device| device.value()).collect();
        for row in all(db.reads(), &sql, values).await? {
            bound.push(seat(&row)?);
        }
    }
    Ok(bound)
}

pub(super) async fn ever_of(db: &Database, device: DeviceId) -> Result<Vec<Seat>, StoreError> {
    let sql = "SELECT * FROM seats WHERE device_id = ? ORDER BY id DESC LIMIT ?";
    all(db.reads(), sql, params![device, MOST_LISTED]).await?.iter().map(seat).collect()
}

pub(super) fn seat(row: &Row) -> Result<Seat, StoreError> {
    Ok(Seat {
        id: row.get("id")?,
        licence_id: row.get("licence_id")?,
        device_id: row.get("device_id")?,
        number: row.get("number")?,
        bound_at: row.get("bound_at")?,
        bound_ip: row.opt("bound_ip")?,
        unbound_at: row.opt("unbound_at")?,
        public_key: row.opt("public_key")?,
    })
}
