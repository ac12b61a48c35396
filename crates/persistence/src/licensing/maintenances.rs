//! The maintenance of apps: a row for each app that has one.

use async_trait::async_trait;
use cardkey_domain::{AppId, EventId, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::MaintenanceRepository;
use cardkey_licensing::model::Maintenance;

use crate::database::Database;
use crate::sql::{Row, all, execute, params, won};
use crate::work::Work;

pub(super) const COLUMNS: &str = "id, message, starts_at, ends_at, started_at";

#[async_trait]
impl MaintenanceRepository for Work {
    async fn insert(&mut self, app: AppId, maintenance: &Maintenance) -> Result<(), StoreError> {
        let sql = "INSERT INTO app_maintenances (app_id, id, message, starts_at, ends_at, started_at) \
                   VALUES (?, ?, ?, ?, ?, ?)";
        let values = params![
            app,
            maintenance.id,
            maintenance.message.as_ref(),
            maintenance.starts_at,
            maintenance.ends_at,
            maintenance.started_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn start(&mut self, id: EventId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE app_maintenances SET started_at = ? WHERE id = ? AND started_at IS NULL";
        won(self.on(), sql, params![now, id]).await
    }

    async fn remove(&mut self, id: EventId) -> Result<bool, StoreError> {
        won(self.on(), "DELETE FROM app_maintenances WHERE id = ?", params![id]).await
    }
}

pub(super) async fn due(db: &Database, now: Timestamp, limit: u32) -> Result<Vec<(AppId, Maintenance)>, StoreError> {
    let sql = "SELECT * FROM app_maintenances WHERE (started_at IS NULL AND starts_at <= ?) OR ends_at <= ? \
               ORDER BY app_id LIMIT ?";
    let rows = all(db.reads(), sql, params![now, now, limit]).await?;
    rows.iter().map(|row| Ok((row.get("app_id")?, maintenance(row)?))).collect()
}

/// The maintenance in a row that was joined to an app's, where it has one.
pub(super) fn of(row: &Row) -> Result<Option<Maintenance>, StoreError> {
    match row.opt::<EventId>("id")? {
        Some(_) => maintenance(row).map(Some),
        None => Ok(None),
    }
}

fn maintenance(row: &Row) -> Result<Maintenance, StoreError> {
    Ok(Maintenance {
        id: row.get("id")?,
        message: row.opt("message")?,
        starts_at: row.get("starts_at")?,
        ends_at: row.opt("ends_at")?,
        started_at: row.opt("started_at")?,
    })
}
