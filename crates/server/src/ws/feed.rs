//! Following the log: each entry is read once and its audience resolved once, whatever the number of clients.

use std::sync::Arc;
use std::time::Duration;

use cardkey_events::StoreError;
use tokio::sync::watch;

use super::entry::Entry;
use super::live::Live;

/// Entries read at once.
const BATCH: u32 = 200;
/// What other processes append wakes nobody here; it is looked for this often.
const LOOKED_FOR: Duration = Duration::from_millis(250);

/// Hands out what is appended to the log until told to stop.
pub(crate) async fn follow(live: Arc<Live>, mut stopped: watch::Receiver<bool>) {
    loop {
        let more = live.read_on().await.unwrap_or_else(|error| {
            tracing::error!(error = %error, "the live log could not be read");
            false
        });
        let woken = async {
            if !more {
                let _late = tokio::time::timeout(LOOKED_FOR, live.log.appended()).await;
            }
        };
        tokio::select! {
            () = woken => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

impl Live {
    /// Hands on what was appended; tells whether there may be more.
    async fn read_on(&self) -> Result<bool, StoreError> {
        let rows = self.log.since(self.position(), BATCH).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in &rows {
            entries.push(Entry::resolve(row, self.store.read()).await?);
        }
        self.hand_out(entries.into());
        Ok(rows.len() == BATCH as usize)
    }
}
