//! Jobs that are done every so often.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::OFFLINE_AFTER;
use cardkey_events::{ReceiptReader, StoreError};
use cardkey_licensing::Store;
use futures::FutureExt;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::Jobs;
use super::schedule::Entry;

/// Card keys are marked as expired, and devices as offline, so many chunks a turn: after a long time without a server their number must
/// not keep others waiting.
const MOST_CHUNKS: usize = 25;

/// Does a job every so often until told to stop. A failure, and even a panic, is logged and tried again at the next turn.
pub(super) async fn every(
    period: Duration,
    entry: &'static Entry,
    jobs: Arc<Jobs>,
    mut stopped: watch::Receiver<bool>,
) {
    let mut turns = tokio::time::interval(period);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = turns.tick() => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
        match AssertUnwindSafe((entry.run)(&jobs)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(job = entry.name, error = chain(&error), "a job failed"),
            Err(_) => tracing::error!(job = entry.name, "a job panicked"),
        }
    }
}

/// An error and its causes, for the log.
pub(super) fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Jobs {
    pub(super) async fn expire_card_keys(&self) -> Result<(), StoreError> {
        for _ in 0..MOST_CHUNKS {
            if self.services.licensing.expire_due(&self.call("expiry")).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn remind_owners(&self) -> Result<(), StoreError> {
        for _ in 0..MOST_CHUNKS {
            if self.services.licensing.remind_due(&self.call("reminders")).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn maintain_apps(&self) -> Result<(), StoreError> {
        let done = self.services.licensing.maintain_due(&self.call("maintenance")).await?;
        if done > 0 {
            tracing::info!(done, "maintenances began or ended by themselves");
        }
        Ok(())
    }

    pub(super) async fn write_down(&self) -> Result<(), StoreError> {
        let sightings = self.write_down_sightings().await;
        self.services.identity.flush_activity().await?;
        sightings
    }

    async fn write_down_sightings(&self) -> Result<(), StoreError> {
        self.sightings.flush(&self.services.licensing, &self.call("presence")).await
    }

    /// Marks devices as offline that have shown themselves to nobody. What waits in memory is written down first, so that it is not
    /// overtaken; and while this server has not listened for long enough, their silence says nothing of them.
    pub(super) async fn mark_silent_devices(&self) -> Result<(), StoreError> {
        let services = &self.services;
        if services.ambient.now().since(services.started_at) <= OFFLINE_AFTER {
            return Ok(());
        }
        self.write_down_sightings().await?;
        for _ in 0..MOST_CHUNKS {
            if services.licensing.mark_silent(&self.call("presence")).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn fold_counts(&self) -> Result<(), StoreError> {
        Store::read(&self.database).fold_tallies().await
    }

    pub(super) async fn sweep_sessions(&self) -> Result<(), StoreError> {
        let swept = self.services.identity.sweep(&self.call("sweep")).await?;
        if swept.sessions_ended > 0 {
            tracing::info!(ended = swept.sessions_ended, "sessions ended by themselves");
        }
        Ok(())
    }

    pub(super) async fn sum_up_refusals(&self) -> Result<(), StoreError> {
        let count = self.services.refusals.sum_up(&self.call("refusals")).await?;
        if count > 0 {
            tracing::warn!(count, "calls were refused without an audit row of their own");
        }
        Ok(())
    }

    pub(super) async fn reload_keys(&self) -> Result<(), StoreError> {
        self.services.identity.reload_keys().await
    }

    pub(super) async fn forget_replies(&self) -> Result<(), StoreError> {
        let now = self.services.ambient.now();
        ReceiptReader::forget(&self.database, now).await.map(|_| ())
    }
}
