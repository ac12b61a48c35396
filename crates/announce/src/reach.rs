//! How many accounts an announcement is for. Counting takes as long as there are many, so it is done apart: soon after the publication, and
//! again whenever somebody looked at a figure that is not fresh.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cardkey_domain::AnnouncementId;
use cardkey_events::StoreError;

use crate::Announcements;
use crate::model::{Announcement, Reach};

/// A figure is fresh for so long.
const FRESH_FOR: Duration = Duration::from_secs(60);

/// The announcements whose readers are to be counted.
#[derive(Debug, Default)]
pub(crate) struct ToCount(Mutex<BTreeSet<AnnouncementId>>);

impl Announcements {
    /// Counts whom announcements are for, those that were published or looked at; to be done every few seconds. What fails is counted
    /// the next time.
    pub async fn count_reach(&self) -> Result<(), StoreError> {
        while let Some(id) = self.to_count.take() {
            if let Err(error) = self.counted(id).await {
                self.to_count.add(id);
                return Err(error);
            }
        }
        Ok(())
    }

    /// What is known of the reach; where it is not fresh it is counted again afterwards. Only what was never counted is counted now.
    pub(crate) async fn reach_of(&self, announcement: &Announcement) -> Result<Reach, StoreError> {
        let now = self.ambient.now();
        match announcement.reach {
            Some(known) => {
                if known.counted_at.plus(FRESH_FOR) <= now {
                    self.to_count.add(announcement.id);
                }
                Ok(known)
            }
            None => self.count(announcement).await,
        }
    }

    async fn counted(&self, id: AnnouncementId) -> Result<(), StoreError> {
        match self.store.read().announcement(id).await? {
            Some(announcement) => self.count(&announcement).await.map(|_| ()),
            None => Ok(()),
        }
    }

    async fn count(&self, announcement: &Announcement) -> Result<Reach, StoreError> {
        let store = self.store.read();
        let reach = Reach { accounts: store.reach(announcement).await?, counted_at: self.ambient.now() };
        store.keep_reach(announcement.id, reach).await?;
        Ok(reach)
    }
}

impl ToCount {
    pub(crate) fn add(&self, id: AnnouncementId) {
        self.lock().insert(id);
    }

    fn take(&self) -> Option<AnnouncementId> {
        self.lock().pop_first()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<AnnouncementId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
