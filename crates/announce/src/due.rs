//! What happens to announcements by itself: those whose time has come are published, those whose end has come expire (ANN-03).

use cardkey_domain::Timestamp;
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::Announcements;
use crate::model::Announcement;
use crate::publish::{next_version, publish_in};

/// Announcements handled in one round.
const AT_ONCE: u32 = 100;

impl Announcements {
    /// Publishes what is due, the earliest first, and expires what is over; returns how many. Those that are over before they were ever
    /// published expire without having been seen. Several nodes may do it at once: each announcement is published by one of them.
    pub async fn do_what_is_due(&self, call: &Call) -> Result<u64, StoreError> {
        let now = self.ambient.now();
        let mut done = 0;
        for announcement in self.store.read().due_to_publish(now, AT_ONCE).await? {
            let is_over = announcement.expires_at.is_some_and(|end| end <= now);
            let is_done = if is_over {
                self.expire(call, announcement, now).await?
            } else {
                self.publish_due(call, announcement, now).await?
            };
            done += u64::from(is_done);
        }
        for announcement in self.store.read().due_to_expire(now, AT_ONCE).await? {
            done += u64::from(self.expire(call, announcement, now).await?);
        }
        Ok(done)
    }

    async fn publish_due(&self, call: &Call, announcement: Announcement, now: Timestamp) -> Result<bool, StoreError> {
        let subjects = self.subjects_of(announcement.id).await?;
        let mut work = self.store.begin().await?;
        let published = publish_in(&mut *work, &self.ambient, call, announcement, &subjects, now).await?;
        if let Some(published) = &published {
            work.commit().await?;
            self.to_count.add(published.id);
        }
        Ok(published.is_some())
    }

    async fn expire(&self, call: &Call, announcement: Announcement, now: Timestamp) -> Result<bool, StoreError> {
        let id = announcement.id;
        let mut work = self.store.begin().await?;
        if !work.announcements().expire(id, next_version(announcement.updated_at, now)).await? {
            return Ok(false);
        }
        let deed = Deed::done("announcement.expire").to("announcement", id);
        let happened = Happening::AnnouncementExpired { announcement_id: id };
        record(&mut *work, &self.ambient, call, deed, vec![happened]).await?;
        work.commit().await?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
