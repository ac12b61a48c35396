//! Announcements that come and go by themselves, and who took note of them (ANN-03, ANN-05).

use cardkey_events::StoreError;

use super::Jobs;

impl Jobs {
    /// Publishes what is due and expires what is over, some of it a turn: after a long time without a server nobody waits for it.
    pub(super) async fn publish_and_expire(&self) -> Result<(), StoreError> {
        let done = self.services.announcements.do_what_is_due(&self.call("announcements")).await?;
        if done > 0 {
            tracing::info!(done, "announcements were published or expired by themselves");
        }
        Ok(())
    }

    /// Writes down what connected clients took note of.
    pub(super) async fn write_down_notes(&self) -> Result<(), StoreError> {
        self.services.announcements.flush_notes().await
    }

    /// Counts whom announcements are for that were published or looked at.
    pub(super) async fn count_reach(&self) -> Result<(), StoreError> {
        self.services.announcements.count_reach().await
    }

    /// Puts one count in the place of the many of an hour.
    pub(super) async fn fold_notes(&self) -> Result<(), StoreError> {
        self.services.announcements.fold_counts().await
    }
}
