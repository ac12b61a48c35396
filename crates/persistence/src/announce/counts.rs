//! How many took note, by the hour. Every batch appends what it adds, statistics sum it up, and a job folds the rows of an hour into one.

use cardkey_announce::model::{HourCount, Marked};
use cardkey_domain::{AnnouncementId, Timestamp};
use cardkey_events::StoreError;
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{Param, Row, Write, all, execute, for_update, params, places};
use crate::work::Work;

const HOUR_MICROS: i64 = 3_600_000_000;

/// Hours folded in one round, and rows of each.
const MOST_HOURS: u32 = 200;
const MOST_ROWS: u32 = 10_000;

/// Adds to the hour of `now`, at the end of the unit.
pub(super) fn count(work: &Work, id: AnnouncementId, now: Timestamp, marked: Marked) {
    add(work, id, now.micros() / HOUR_MICROS * HOUR_MICROS, marked);
}

fn add(work: &Work, id: AnnouncementId, from: i64, marked: Marked) {
    let sql = "INSERT INTO announcement_counts (announcement_id, from_hour, delivered, was_read, confirmed) \
               VALUES (?, ?, ?, ?, ?)";
    work.later(Write::insert(sql, params![id, from, marked.delivered, marked.read, marked.confirmed]));
}

pub(super) async fn hours(db: &Database, id: AnnouncementId) -> Result<Vec<HourCount>, StoreError> {
    let number = if db.backend() == DbBackend::MySql { "SIGNED" } else { "BIGINT" };
    let sum = |column: &str| format!("CAST(SUM({column}) AS {number}) AS {column}");
    let sql = format!(
        "SELECT from_hour, {}, {}, {} FROM announcement_counts WHERE announcement_id = ? GROUP BY from_hour \
         ORDER BY from_hour",
        sum("delivered"),
        sum("was_read"),
        sum("confirmed")
    );
    let rows = all(db.reads(), &sql, params![id]).await?;
    rows.iter().map(|row| Ok(HourCount { from: row.get("from_hour")?, marked: marked(row)? })).collect()
}

/// Puts one row in the place of the many of an hour. Rows that appear meanwhile are left for the next time.
pub(super) async fn fold(db: &Database) -> Result<(), StoreError> {
    let sql = "SELECT announcement_id, from_hour FROM announcement_counts GROUP BY announcement_id, from_hour \
               HAVING COUNT(*) > 1 LIMIT ?";
    for row in all(db.reads(), sql, params![MOST_HOURS]).await? {
        fold_hour(db, row.get("announcement_id")?, row.get("from_hour")?).await?;
    }
    Ok(())
}

async fn fold_hour(db: &Database, id: AnnouncementId, from: i64) -> Result<(), StoreError> {
    let work = db.work();
    let sql = format!(
        "SELECT id, delivered, was_read, confirmed FROM announcement_counts \
         WHERE announcement_id = ? AND from_hour = ? ORDER BY id LIMIT ?{}",
        for_update(db.backend())
    );
    let rows = all(work.on(), &sql, params![id, from, MOST_ROWS]).await?;
    if rows.len() < 2 {
        return Ok(());
    }
    let (mut ids, mut sum) = (Vec::with_capacity(rows.len()), Marked::default());
    for row in &rows {
        let part = marked(row)?;
        ids.push(row.get::<i64>("id")?.value());
        sum.delivered += part.delivered;
        sum.read += part.read;
        sum.confirmed += part.confirmed;
    }
    let sql = format!("DELETE FROM announcement_counts WHERE id IN ({})", places(ids.len()));
    execute(work.on(), &sql, ids).await?;
    add(&work, id, from, sum);
    work.keep().await
}

fn marked(row: &Row) -> Result<Marked, StoreError> {
    Ok(Marked { delivered: row.get("delivered")?, read: row.get("was_read")?, confirmed: row.get("confirmed")? })
}
