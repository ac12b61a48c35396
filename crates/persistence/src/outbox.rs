//! The relay's side of the outbox. What is undelivered is found by a mark on the row, not by a number that only grows: a unit that took
//! its number early and committed late is found all the same.

use async_trait::async_trait;
use cardkey_domain::{EventId, Timestamp};
use cardkey_events::{Event, Happening, OutboxQueue, StoreError};

use crate::database::Database;
use crate::sql::{Param, Row, all, params, places};

#[async_trait]
impl OutboxQueue for Database {
    async fn undelivered(&self, limit: u32) -> Result<Vec<Event>, StoreError> {
        let sql = "SELECT id, occurred_at, actor, request_id, name, data FROM outbox \
                   WHERE delivered_at IS NULL ORDER BY id LIMIT ?";
        all(self.reads(), sql, params![limit]).await?.iter().map(event).collect()
    }

    async fn mark_delivered(&self, ids: &[EventId], now: Timestamp) -> Result<(), StoreError> {
        for ids in ids.chunks(MOST_MARKED) {
            let sql = format!("UPDATE outbox SET delivered_at = ? WHERE id IN ({})", places(ids.len()));
            let mut values = params![now];
            values.extend(ids.iter().map(|id| id.value()));
            self.write(&sql, values).await?;
        }
        Ok(())
    }

    async fn appended(&self) {
        self.appended_notice().notified().await;
    }
}

/// Events marked in one unit of work: few, since on SQLite everybody waits for it.
const MOST_MARKED: usize = 128;

fn event(row: &Row) -> Result<Event, StoreError> {
    let broken = |error: serde_json::Error| StoreError::Backend(error.into());
    let data = serde_json::from_str(&row.get::<String>("data")?).map_err(broken)?;
    Ok(Event {
        id: row.get("id")?,
        at: row.get("occurred_at")?,
        actor: serde_json::from_str(&row.get::<String>("actor")?).map_err(broken)?,
        request_id: row.get("request_id")?,
        happening: Happening::from_parts(&row.get::<String>("name")?, data).map_err(broken)?,
    })
}
