//! When jobs are due that are done once for all nodes, and the deletion of what is old.

use cardkey_domain::{EventId, Id, Timestamp};
use cardkey_events::StoreError;
use sea_orm::DbBackend;

use crate::database::Database;
use crate::licensing::first_id;
use crate::sql::{Param, all, one, params, places};

/// Rows deleted by one statement.
const MOST_DELETED: u32 = 1_000;

impl Database {
    /// When a job is due; `first` where it never was.
    pub async fn scheduled(&self, name: &str, first: Timestamp) -> Result<Timestamp, StoreError> {
        let find = "SELECT due_at FROM scheduled_runs WHERE name = ?";
        if let Some(row) = one(self.reads(), find, params![name]).await? {
            return row.get("due_at");
        }
        let insert = match self.backend() {
            DbBackend::MySql => "INSERT IGNORE INTO scheduled_runs (name, due_at) VALUES (?, ?)",
            _ => "INSERT INTO scheduled_runs (name, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        };
        self.write(insert, params![name, first]).await?;
        Ok(first)
    }

    /// Moves a job from one due time to another, if it is still due then; notes that it runs where `ran_at` is given.
    pub async fn reschedule(
        &self,
        name: &str,
        due: Timestamp,
        next: Timestamp,
        ran_at: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE scheduled_runs SET due_at = ?, ran_at = COALESCE(?, ran_at) WHERE name = ? AND due_at = ?";
        Ok(self.write(sql, params![next, ran_at, name, due]).await? > 0)
    }

    /// Deletes events from before a moment that were handed over and that no handler failed at; tells how many.
    pub async fn forget_events(&self, before: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT id FROM outbox WHERE id > ? AND id < ? AND delivered_at IS NOT NULL \
                   AND NOT EXISTS (SELECT 1 FROM event_deliveries WHERE event_deliveries.event_id = outbox.id) \
                   ORDER BY id LIMIT ?";
        let (mut after, end) = (first_id(Timestamp::EPOCH), first_id(before));
        let mut deleted = 0;
        loop {
            let rows = all(self.reads(), sql, params![after, end, MOST_DELETED]).await?;
            let ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<EventId>, _>>()?;
            let Some(last) = ids.last() else { return Ok(deleted) };
            after = last.uuid();
            let delete = format!("DELETE FROM outbox WHERE id IN ({})", places(ids.len()));
            deleted += self.write(&delete, ids.iter().map(|id| id.value()).collect()).await?;
        }
    }

    /// Deletes what handlers noted before a moment; tells how many.
    pub async fn forget_handled(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write("DELETE FROM handled_events WHERE handled_at < ?", params![before]).await
    }
}
