//! The events on their way out. What is undelivered is found by a mark on the row, not by a number that only grows: a unit that took its
//! number early and committed late is found all the same. Only what a handler failed at has rows of its own.

mod handled;
mod queue;
mod reader;

use async_trait::async_trait;
use cardkey_domain::{EventId, Timestamp};
use cardkey_events::{Delivery, Event, EventStore, EventWork, HandledEvents, Happening, StoreError, StoredEvent};

use crate::database::Database;
use crate::sql::{On, Param, Row, execute, params};
use crate::work::Work;

const EVENT_COLUMNS: &str = "id, occurred_at, actor, request_id, name, schema_version, data, delivered_at";

#[async_trait]
impl EventStore for Database {
    async fn begin(&self) -> Result<Box<dyn EventWork>, StoreError> {
        Ok(Box::new(self.work()))
    }
}

#[async_trait]
impl EventWork for Work {
    fn handled(&mut self) -> &mut dyn HandledEvents {
        self
    }

    async fn requeue(&mut self, event: Option<EventId>, now: Timestamp) -> Result<u64, StoreError> {
        let mut sql =
            "UPDATE event_deliveries SET state = 'pending', attempts = 0, next_at = ? WHERE state = 'dead'".to_owned();
        let mut values = params![now];
        if let Some(event) = event {
            sql.push_str(" AND event_id = ?");
            values.push(event.value());
        }
        execute(self.on(), &sql, values).await
    }
}

/// Puts failed deliveries in the place of what stood there.
async fn keep_failed(on: On<'_>, failed: &[Delivery]) -> Result<(), StoreError> {
    for delivery in failed {
        let update = "UPDATE event_deliveries SET state = ?, attempts = ?, next_at = ?, last_error = ? \
                      WHERE event_id = ? AND handler = ?";
        let insert = "INSERT INTO event_deliveries (state, attempts, next_at, last_error, event_id, handler) \
                      VALUES (?, ?, ?, ?, ?, ?)";
        let values = || {
            params![
                delivery.state.as_str(),
                delivery.attempts,
                delivery.next_at,
                &delivery.last_error,
                delivery.event_id,
                &delivery.handler,
            ]
        };
        if execute(on, update, values()).await? == 0 {
            execute(on, insert, values()).await?;
        }
    }
    Ok(())
}

fn stored(row: &Row) -> Result<StoredEvent, StoreError> {
    let json = |text: String| serde_json::from_str(&text).unwrap_or(serde_json::Value::String(text));
    Ok(StoredEvent {
        id: row.get("id")?,
        at: row.get("occurred_at")?,
        actor: json(row.get("actor")?),
        request_id: row.get("request_id")?,
        name: row.get("name")?,
        schema_version: u16::try_from(row.get::<u32>("schema_version")?).unwrap_or(u16::MAX),
        data: json(row.get("data")?),
        delivered_at: row.opt("delivered_at")?,
    })
}

/// The event, or why it cannot be read.
fn event(stored: &StoredEvent) -> Result<Event, String> {
    if stored.schema_version > Happening::SCHEMA {
        return Err(format!("its fields are of version {}, which is not known here", stored.schema_version));
    }
    Ok(Event {
        id: stored.id,
        at: stored.at,
        actor: serde_json::from_value(stored.actor.clone()).map_err(|error| error.to_string())?,
        request_id: stored.request_id.clone(),
        happening: Happening::from_parts(&stored.name, stored.data.clone()).map_err(|error| error.to_string())?,
    })
}

fn delivery(row: &Row) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        event_id: row.get("event_id")?,
        handler: row.get("handler")?,
        attempts: row.get("attempts")?,
        next_at: row.get("next_at")?,
        last_error: row.get("last_error")?,
        state: row.word("state")?,
    })
}
