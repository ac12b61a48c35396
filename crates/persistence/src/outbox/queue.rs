//! The relay's side.

use std::collections::HashMap;

use async_trait::async_trait;
use cardkey_domain::{EventId, Timestamp};
use cardkey_events::{Delivery, OutboxQueue, Retry, StoreError, StoredEvent, Waiting};
use sea_orm::Value;

use super::{EVENT_COLUMNS, delivery, event, keep_failed, stored};
use crate::database::Database;
use crate::sql::{On, Param, all, execute, params, places};

/// Identifiers in one statement: few, since on SQLite everybody waits for it.
const MOST_IDS: usize = 128;

#[async_trait]
impl OutboxQueue for Database {
    async fn undelivered(&self, limit: u32) -> Result<Waiting, StoreError> {
        let sql = format!("SELECT {EVENT_COLUMNS} FROM outbox WHERE delivered_at IS NULL ORDER BY id LIMIT ?");
        let mut waiting = Waiting::default();
        for row in all(self.reads(), &sql, params![limit]).await? {
            let stored = stored(&row)?;
            match event(&stored) {
                Ok(event) => waiting.events.push(event),
                Err(why) => waiting.unreadable.push((stored.id, why)),
            }
        }
        Ok(waiting)
    }

    async fn mark_delivered(&self, ids: &[EventId], failed: &[Delivery], now: Timestamp) -> Result<(), StoreError> {
        if failed.is_empty() {
            for ids in ids.chunks(MOST_IDS) {
                let (sql, values) = marking(ids, now);
                self.write(&sql, values).await?;
            }
            return Ok(());
        }
        let work = self.work();
        for ids in ids.chunks(MOST_IDS) {
            let (sql, values) = marking(ids, now);
            execute(work.on(), &sql, values).await?;
        }
        keep_failed(work.on(), failed).await?;
        work.keep().await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Retry>, StoreError> {
        let sql = "SELECT * FROM event_deliveries WHERE state = 'pending' AND next_at <= ? ORDER BY next_at LIMIT ?";
        let rows = all(self.reads(), sql, params![now, limit]).await?;
        let due = rows.iter().map(delivery).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<EventId> = due.iter().map(|delivery| delivery.event_id).collect();
        let events = of(self.reads(), &ids).await?;
        let retry = |delivery: Delivery| {
            let event = events.get(&delivery.event_id).and_then(|stored| event(stored).ok());
            Retry { delivery, event }
        };
        Ok(due.into_iter().map(retry).collect())
    }

    async fn settle(&self, done: &[Delivery], failed: &[Delivery]) -> Result<(), StoreError> {
        if done.is_empty() && failed.is_empty() {
            return Ok(());
        }
        let work = self.work();
        for delivery in done {
            let sql = "DELETE FROM event_deliveries WHERE event_id = ? AND handler = ?";
            execute(work.on(), sql, params![delivery.event_id, &delivery.handler]).await?;
        }
        keep_failed(work.on(), failed).await?;
        work.keep().await
    }

    async fn appended(&self) {
        self.appended_notice().notified().await;
    }
}

fn marking(ids: &[EventId], now: Timestamp) -> (String, Vec<Value>) {
    let sql = format!("UPDATE outbox SET delivered_at = ? WHERE id IN ({})", places(ids.len()));
    let mut values = params![now];
    values.extend(ids.iter().map(|id| id.value()));
    (sql, values)
}

/// Events by their identifiers.
pub(super) async fn of(on: On<'_>, ids: &[EventId]) -> Result<HashMap<EventId, StoredEvent>, StoreError> {
    let mut events = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(MOST_IDS) {
        let sql = format!("SELECT {EVENT_COLUMNS} FROM outbox WHERE id IN ({})", places(ids.len()));
        for row in all(on, &sql, ids.iter().map(|id| id.value()).collect()).await? {
            let stored = stored(&row)?;
            events.insert(stored.id, stored);
        }
    }
    Ok(events)
}
