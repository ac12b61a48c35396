//! What is kept for a time only, and deleted in the night.

use std::time::Duration;

use cardkey_events::StoreError;

use super::Jobs;

/// Events that were handed over, and what handlers noted of them.
const EVENTS_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Notices of the system to one account, after their end.
const NOTICES_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Jobs {
    /// Deletes old notices, a chunk at a time.
    pub(super) async fn forget_notices(&self) -> Result<(), StoreError> {
        let before = self.services.ambient.now().minus(NOTICES_KEPT);
        let mut forgotten = 0;
        loop {
            match self.services.announcements.forget_notices(before).await? {
                0 => break,
                some => forgotten += some,
            }
        }
        if forgotten > 0 {
            tracing::info!("Cleaned up {forgotten} old notices");
        }
        Ok(())
    }

    /// Deletes old events that are no dead letters, a chunk at a time, so that nobody waits long.
    pub(super) async fn forget_events(&self) -> Result<(), StoreError> {
        let before = self.services.ambient.now().minus(EVENTS_KEPT);
        let events = self.database.forget_events(before).await?;
        let handled = self.database.forget_handled(before).await?;
        if events + handled > 0 {
            tracing::info!("Cleaned up {events} old events and {handled} marks of handlers");
        }
        Ok(())
    }
}
