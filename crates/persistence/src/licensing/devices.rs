use std::collections::HashMap;

use async_trait::async_trait;
use cardkey_domain::{AppId, DeviceId, Id, OFFLINE_AFTER, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::model::{Device, Fingerprint, Seat};
use cardkey_licensing::{DeviceFilter, DeviceRepository, Sighting};

use super::seats;
use crate::database::Database;
use crate::sql::{Param, Pick, Row, Write, all, execute, one, params, places, update_from};
use crate::work::Work;

pub(super) const COLUMNS: &str = "id, app_id, owner_id, fingerprint, components, name, os, ip, first_seen_at, last_seen_at, client_status, online_until";

/// Sightings written by one statement.
const MOST_SIGHTINGS: usize = 500;

#[async_trait]
impl DeviceRepository for Work {
    async fn insert(&mut self, device: &Device) -> Result<(), StoreError> {
        let sql = format!("INSERT INTO devices ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        let values = params![
            device.id,
            device.app_id,
            device.owner_id,
            &device.fingerprint.0,
            components_text(device)?,
            device.name.as_ref(),
            device.os.as_ref(),
            device.ip,
            device.first_seen_at,
            device.last_seen_at,
            device.status.as_ref(),
            device.online_until,
        ];
        self.later(Write::insert(sql, values));
        Ok(())
    }

    async fn update(&mut self, device: &Device) -> Result<(), StoreError> {
        let sql = "UPDATE devices SET components = ?, name = ?, os = ?, ip = ?, last_seen_at = ? WHERE id = ?";
        let values = params![
            components_text(device)?,
            device.name.as_ref(),
            device.os.as_ref(),
            device.ip,
            device.last_seen_at,
            device.id,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn mark_offline(&mut self, seen: &Device) -> Result<(), StoreError> {
        let sql = "UPDATE devices SET online_until = NULL WHERE id = ? AND online_until = ?";
        self.later(Write::race(sql, params![seen.id, seen.online_until]));
        Ok(())
    }

    async fn mark_online(&mut self, id: DeviceId, until: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE devices SET online_until = ? WHERE id = ? AND online_until IS NULL";
        self.later(Write::race(sql, params![until, id]));
        Ok(())
    }
}

pub(super) async fn find(db: &Database, id: DeviceId) -> Result<Option<Device>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM devices WHERE id = ?", params![id]).await?;
    row.map(|row| device(&row)).transpose()
}

pub(super) async fn find_by_fingerprint(
    db: &Database,
    app: AppId,
    fingerprint: &Fingerprint,
) -> Result<Option<Device>, StoreError> {
    // Only the fingerprint is asked for, so that no planner takes the index of the app's devices.
    for row in all(db.reads(), "SELECT * FROM devices WHERE fingerprint = ?", params![&fingerprint.0]).await? {
        let device = device(&row)?;
        if device.app_id == app {
            return Ok(Some(device));
        }
    }
    Ok(None)
}

pub(super) async fn list(
    db: &Database,
    filter: &DeviceFilter,
    page: PageRequest,
) -> Result<Page<(Device, Vec<Seat>)>, StoreError> {
    let pick = Pick::new()
        .and_opt("app_id = ?", filter.app)
        .and_opt("owner_id = ?", filter.owner)
        .and_opt("id IN (SELECT device_id FROM seats WHERE licence_id = ? AND held_device IS NOT NULL)", filter.licence)
        .and_opt("last_seen_at >= ?", filter.seen_from)
        .and_opt("last_seen_at < ?", filter.seen_before);
    let devices = pick.page(db.reads(), "devices", page, device, |device| device.id.uuid()).await?;
    let ids: Vec<DeviceId> = devices.items.iter().map(|device| device.id).collect();
    let mut seats: HashMap<DeviceId, Vec<Seat>> = HashMap::new();
    for seat in seats::bound_by(db, &ids).await? {
        seats.entry(seat.device_id).or_default().push(seat);
    }
    Ok(devices.map(|device| {
        let bound = seats.remove(&device.id).unwrap_or_default();
        (device, bound)
    }))
}

pub(super) async fn silent(db: &Database, now: Timestamp, limit: u32) -> Result<Vec<Device>, StoreError> {
    let sql = "SELECT * FROM devices WHERE online_until < ? ORDER BY online_until LIMIT ?";
    all(db.reads(), sql, params![now, limit]).await?.iter().map(device).collect()
}

pub(super) async fn offline(db: &Database, among: &[DeviceId]) -> Result<Vec<Device>, StoreError> {
    let mut found = Vec::new();
    for some in among.chunks(MOST_SIGHTINGS) {
        let sql = format!("SELECT * FROM devices WHERE id IN ({}) AND online_until IS NULL", places(some.len()));
        for row in all(db.reads(), &sql, some.iter().map(|id| id.value()).collect()).await? {
            found.push(device(&row)?);
        }
    }
    Ok(found)
}

pub(super) async fn note_sightings(db: &Database, sightings: &[Sighting]) -> Result<(), StoreError> {
    let mut sorted: Vec<&Sighting> = sightings.iter().collect();
    // Always in the same order, so that two nodes do not lock each other out; of several sightings of a device the last counts.
    sorted.sort_by_key(|sighting| (sighting.device, std::cmp::Reverse(sighting.at)));
    sorted.dedup_by_key(|sighting| sighting.device);
    for some in sorted.chunks(MOST_SIGHTINGS) {
        let set = "last_seen_at = seen.seen_at, ip = COALESCE(seen.seen_ip, devices.ip), \
                   client_status = COALESCE(seen.seen_status, devices.client_status), \
                   online_until = CASE WHEN devices.online_until IS NULL THEN NULL ELSE seen.seen_until END";
        let columns = ["id", "seen_at", "seen_ip", "seen_status", "seen_until"];
        let sql = update_from(db.backend(), "devices", set, "seen", &columns, some.len());
        let sql = format!("{sql} AND devices.last_seen_at < seen.seen_at");
        let value = |seen: &&Sighting| {
            let until = seen.at.plus(OFFLINE_AFTER);
            [seen.device.value(), seen.at.value(), seen.ip.value(), seen.status.as_ref().value(), until.value()]
        };
        let values = some.iter().flat_map(value).collect();
        db.write(&sql, values).await?;
    }
    Ok(())
}

pub(super) fn device(row: &Row) -> Result<Device, StoreError> {
    let components: String = row.get("components")?;
    Ok(Device {
        id: row.get("id")?,
        app_id: row.get("app_id")?,
        owner_id: row.get("owner_id")?,
        fingerprint: Fingerprint(row.get("fingerprint")?),
        components: serde_json::from_str(&components).map_err(|error| StoreError::Backend(error.into()))?,
        name: row.opt("name")?,
        os: row.opt("os")?,
        ip: row.opt("ip")?,
        first_seen_at: row.get("first_seen_at")?,
        last_seen_at: row.get("last_seen_at")?,
        status: row.opt("client_status")?,
        online_until: row.opt("online_until")?,
    })
}

fn components_text(device: &Device) -> Result<String, StoreError> {
    serde_json::to_string(&device.components).map_err(|error| StoreError::Backend(error.into()))
}
