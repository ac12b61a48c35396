//! Hands committed events to their handlers, at least once each (EVT-03).

use std::sync::Arc;
use std::time::Duration;

use cardkey_events::{Event, OutboxQueue, StoreError};
use tokio::sync::watch;

use super::Jobs;
use super::periodic::chain;

/// Events fetched at once.
const BATCH: u32 = 500;

/// Rounds are no closer together, so that under load one round serves many commits.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(20);

/// Other nodes' events wake nobody here; they are looked for this often.
const LOOKED_FOR: Duration = Duration::from_secs(1);

pub(super) async fn run(jobs: Arc<Jobs>, mut stopped: watch::Receiver<bool>) {
    loop {
        let more = match jobs.relay().await {
            Ok(more) => more,
            Err(error) => {
                tracing::error!(error = chain(&error), "events could not be handed on");
                false
            }
        };
        let woken = async {
            tokio::time::sleep(BETWEEN_ROUNDS).await;
            if !more {
                let _late = tokio::time::timeout(LOOKED_FOR, jobs.database.appended()).await;
            }
        };
        tokio::select! {
            () = woken => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

impl Jobs {
    /// Hands on what waits; tells whether there may be more. An event that a handler failed at waits for the next round.
    async fn relay(&self) -> Result<bool, StoreError> {
        let events = self.database.undelivered(BATCH).await?;
        let mut delivered = Vec::with_capacity(events.len());
        for event in &events {
            if self.deliver(event).await {
                delivered.push(event.id);
            }
        }
        if !delivered.is_empty() {
            self.database.mark_delivered(&delivered, self.services.ambient.now()).await?;
        }
        Ok(delivered.len() == BATCH as usize)
    }

    async fn deliver(&self, event: &Event) -> bool {
        let failed = self.bus.publish(event).await;
        for (handler, error) in &failed {
            tracing::error!(handler, event = %event.id, %error, "a handler failed");
        }
        failed.is_empty()
    }
}
