//! Jobs of the night. When one is due stands in the database, so that a night is neither missed for good nor done by two nodes.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use futures::FutureExt;
use tokio::sync::watch;

use super::Jobs;
use super::periodic::chain;
use super::schedule::Entry;

/// The clock is looked at this often.
const LOOKED_AT: Duration = Duration::from_secs(1);

/// Whoever takes a turn has this long; then somebody tries again.
const TRIED_AGAIN: Duration = Duration::from_secs(60 * 60);

pub(super) async fn run(entry: &'static Entry, jobs: Arc<Jobs>, mut stopped: watch::Receiver<bool>) {
    let mut looks = tokio::time::interval(LOOKED_AT);
    let mut due = Timestamp::EPOCH;
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        if jobs.services.ambient.now() < due {
            continue;
        }
        match AssertUnwindSafe(jobs.take_turn(entry)).catch_unwind().await {
            Ok(Ok(next)) => due = next,
            Ok(Err(error)) => tracing::error!(job = entry.name, error = chain(&error), "a job failed"),
            Err(_) => tracing::error!(job = entry.name, "a job panicked"),
        }
    }
}

impl Jobs {
    /// Does the job if it is due and nobody else does it; tells when it is due next.
    async fn take_turn(&self, entry: &Entry) -> Result<Timestamp, StoreError> {
        let now = self.services.ambient.now();
        let due = self.database.scheduled(entry.name, self.nightly_at.next_after(now)).await?;
        if now < due {
            return Ok(due);
        }
        let lease = now.plus(TRIED_AGAIN);
        if !self.database.reschedule(entry.name, due, lease, Some(now)).await? {
            return Ok(now);
        }
        (entry.run)(self).await?;
        let next = self.nightly_at.next_after(self.services.ambient.now());
        self.database.reschedule(entry.name, lease, next, None).await?;
        tracing::info!(job = entry.name, next = %next, "the job of the night is done");
        Ok(next)
    }
}
