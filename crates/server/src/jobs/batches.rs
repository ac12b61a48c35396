//! Makes the card keys of large batches, a chunk at a time, fairly between batches (CARD-02).

use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::PageRequest;
use cardkey_events::StoreError;
use cardkey_licensing::model::BatchStatus;
use tokio::sync::watch;

use super::Jobs;
use super::periodic::chain;

/// Batches worked on in one round.
const AT_ONCE: u32 = 20;

/// New batches are looked for this often.
const LOOKED_FOR: Duration = Duration::from_millis(500);

/// After a failure it is tried again.
const TRIED_AGAIN: Duration = Duration::from_secs(2);

pub(super) async fn run(jobs: Arc<Jobs>, mut stopped: watch::Receiver<bool>) {
    loop {
        let pause = match jobs.make_chunks(&stopped).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => LOOKED_FOR,
            Err(error) => {
                tracing::error!(error = chain(&error), "card keys could not be made");
                TRIED_AGAIN
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

impl Jobs {
    /// Makes one chunk of each running batch, newest first; tells whether there was any.
    async fn make_chunks(&self, stopped: &watch::Receiver<bool>) -> Result<bool, StoreError> {
        let licensing = &self.services.licensing;
        let running = licensing.batches(None, Some(BatchStatus::Running), PageRequest::of(AT_ONCE)).await?;
        for batch in &running.items {
            if *stopped.borrow() {
                break;
            }
            let before = batch.generated;
            let batch = licensing.generate_next_chunk(&self.call("batches"), batch.id).await?;
            let made = batch.as_ref().map_or(0, |batch| batch.generated.saturating_sub(before));
            self.services.metrics.card_keys_generated.add(made.into());
            if let Some(batch) = batch.filter(|batch| batch.status == BatchStatus::Completed) {
                tracing::info!(batch = %batch.id, count = batch.count, "a batch of card keys is whole");
            }
        }
        Ok(!running.items.is_empty())
    }
}
