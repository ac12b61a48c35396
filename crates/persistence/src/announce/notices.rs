//! What the system tells one account, and what becomes of it.

use cardkey_domain::{AppId, Timestamp};
use cardkey_events::StoreError;
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::sql::{Param, all, execute, params, places};

/// The tables whose rows go with an announcement.
const BESIDE: [&str; 3] = ["announcement_audience", "announcement_receipts", "announcement_counts"];

pub(super) async fn app_names(db: &Database, apps: &[AppId]) -> Result<Vec<(AppId, String)>, StoreError> {
    if apps.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id, name FROM apps WHERE id IN ({})", places(apps.len()));
    let rows = all(db.reads(), &sql, apps.iter().map(|app| app.value()).collect()).await?;
    rows.iter().map(|row| Ok((row.get("id")?, row.get("name")?))).collect()
}

pub(super) async fn forget(db: &Database, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let sql = "SELECT id FROM announcements WHERE notice = ? AND expires_at < ? ORDER BY expires_at LIMIT ?";
    let rows = all(db.reads(), sql, params![true, before, limit]).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let ids: Vec<Value> =
        rows.iter().map(|row| Ok(row.get::<Uuid>("id")?.value())).collect::<Result<_, StoreError>>()?;
    let work = db.work();
    for table in BESIDE {
        let sql = format!("DELETE FROM {table} WHERE announcement_id IN ({})", places(ids.len()));
        execute(work.on(), &sql, ids.clone()).await?;
    }
    let sql = format!("DELETE FROM announcements WHERE id IN ({})", places(ids.len()));
    let forgotten = execute(work.on(), &sql, ids).await?;
    work.keep().await?;
    Ok(forgotten)
}
