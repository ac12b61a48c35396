//! Announcements as operators see them.

use cardkey_domain::{AnnouncementId, Page, PageRequest, UserId};
use cardkey_events::StoreError;
use uuid::Uuid;

use crate::model::{Announcement, AnnouncementFilter};
use crate::{Announcements, Reader};

/// An announcement with whom it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The announcement.
    pub announcement: Announcement,
    /// Accounts, apps or groups, after the kind of its audience.
    pub subjects: Vec<Uuid>,
}

impl Announcements {
    /// Announcements, newest first.
    pub async fn list(
        &self,
        filter: &AnnouncementFilter,
        page: &PageRequest,
    ) -> Result<Page<Announcement>, StoreError> {
        self.store.read().announcements(filter, page).await
    }

    /// One announcement.
    pub async fn show(&self, id: AnnouncementId) -> Result<Option<Shown>, StoreError> {
        let Some(announcement) = self.store.read().announcement(id).await? else { return Ok(None) };
        let subjects = self.subjects_of(id).await?;
        Ok(Some(Shown { announcement, subjects }))
    }

    /// Whom an announcement names: accounts, apps or groups, after the kind of its audience.
    pub async fn subjects(&self, id: AnnouncementId) -> Result<Vec<Uuid>, StoreError> {
        self.subjects_of(id).await
    }

    /// Folds the counts of who took note; to be done now and then.
    pub async fn fold_counts(&self) -> Result<(), StoreError> {
        self.store.read().fold_counts().await
    }

    /// An account as a reader, with the apps and groups it belongs to now.
    pub async fn reader(&self, user: UserId) -> Result<Reader, StoreError> {
        self.store.read().reader(user).await
    }
}
