//! What handlers have handled.

use std::collections::HashSet;

use async_trait::async_trait;
use cardkey_domain::{EventId, Timestamp};
use cardkey_events::{HandledEvents, StoreError};

use crate::sql::{Param, all, execute, params, places, rows_of_places};
use crate::work::Work;

/// Events noted by one statement.
const MOST_NOTED: usize = 500;

#[async_trait]
impl HandledEvents for Work {
    async fn note(&mut self, handler: &str, events: &[EventId], now: Timestamp) -> Result<Vec<EventId>, StoreError> {
        let mut fresh = Vec::with_capacity(events.len());
        for events in events.chunks(MOST_NOTED) {
            let sql = format!(
                "SELECT event_id FROM handled_events WHERE handler = ? AND event_id IN ({})",
                places(events.len())
            );
            let mut values = params![handler];
            values.extend(events.iter().map(|event| event.value()));
            let rows = all(self.on(), &sql, values).await?;
            let mut known = rows.iter().map(|row| row.get("event_id")).collect::<Result<HashSet<EventId>, _>>()?;
            let new: Vec<EventId> = events.iter().copied().filter(|event| known.insert(*event)).collect();
            if !new.is_empty() {
                let places = rows_of_places(new.len(), 3);
                let sql = format!("INSERT INTO handled_events (handler, event_id, handled_at) VALUES {places}");
                let values = new.iter().flat_map(|event| params![handler, *event, now]).collect();
                execute(self.on(), &sql, values).await?;
            }
            fresh.extend(new);
        }
        Ok(fresh)
    }
}
