//! What announcements keep.

mod announcements;
mod audience;
mod counts;
mod inbox;
mod marks;
mod notices;

use async_trait::async_trait;
use cardkey_announce::model::{
    Announcement, AnnouncementFilter, AudienceKind, HourCount, InboxFilter, InboxItem, Reach, Unconfirmed,
};
use cardkey_announce::{
    AnnouncementReader, AnnouncementRepository, LiveLog, MarkRepository, Reader, Store, UnitOfWork,
};
use cardkey_domain::{AnnouncementId, AppId, Page, PageRequest, Timestamp, UserId};
use cardkey_events::{HandledEvents, StoreError};
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::work::Work;

#[async_trait]
impl Store for Database {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(self.work()))
    }

    fn read(&self) -> &dyn AnnouncementReader {
        self
    }
}

impl UnitOfWork for Work {
    fn announcements(&mut self) -> &mut dyn AnnouncementRepository {
        self
    }

    fn marks(&mut self) -> &mut dyn MarkRepository {
        self
    }

    fn live_log(&mut self) -> &mut dyn LiveLog {
        self
    }

    fn handled(&mut self) -> &mut dyn HandledEvents {
        self
    }
}

#[async_trait]
impl AnnouncementReader for Database {
    async fn announcement(&self, id: AnnouncementId) -> Result<Option<Announcement>, StoreError> {
        announcements::find(self, id).await
    }

    async fn announcement_of(&self, source: Uuid) -> Result<Option<Announcement>, StoreError> {
        announcements::find_by_source(self, source).await
    }

    async fn announcements(
        &self,
        filter: &AnnouncementFilter,
        page: &PageRequest,
    ) -> Result<Page<Announcement>, StoreError> {
        announcements::list(self, filter, page).await
    }

    async fn subjects(&self, id: AnnouncementId, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        audience::subjects(self, id, after, limit).await
    }

    async fn unknown(&self, kind: AudienceKind, subjects: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        audience::unknown(self, kind, subjects).await
    }

    async fn app_names(&self, apps: &[AppId]) -> Result<Vec<(AppId, String)>, StoreError> {
        notices::app_names(self, apps).await
    }

    async fn reader(&self, user: UserId) -> Result<Reader, StoreError> {
        audience::reader(self, user).await
    }

    async fn inbox(
        &self,
        reader: &Reader,
        filter: InboxFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<InboxItem>, StoreError> {
        inbox::list(self, reader, filter, page, now).await
    }

    async fn unread(&self, reader: &Reader, now: Timestamp) -> Result<u64, StoreError> {
        inbox::unread(self, reader, now).await
    }

    async fn in_inbox(
        &self,
        reader: &Reader,
        id: AnnouncementId,
        now: Timestamp,
    ) -> Result<Option<InboxItem>, StoreError> {
        inbox::find(self, reader, id, now).await
    }

    async fn reach(&self, announcement: &Announcement) -> Result<u64, StoreError> {
        audience::reach(self, announcement).await
    }

    async fn keep_reach(&self, id: AnnouncementId, reach: Reach) -> Result<(), StoreError> {
        announcements::keep_reach(self, id, reach).await
    }

    async fn hours(&self, id: AnnouncementId) -> Result<Vec<HourCount>, StoreError> {
        counts::hours(self, id).await
    }

    async fn fold_counts(&self) -> Result<(), StoreError> {
        counts::fold(self).await
    }

    async fn unconfirmed(
        &self,
        announcement: &Announcement,
        page: &PageRequest,
    ) -> Result<Page<Unconfirmed>, StoreError> {
        audience::unconfirmed(self, announcement, page).await
    }

    async fn due_to_publish(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        announcements::due(self, "publish_at", "scheduled", now, limit).await
    }

    async fn due_to_expire(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        announcements::due(self, "expires_at", "published", now, limit).await
    }

    async fn forget_notices(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        notices::forget(self, before, limit).await
    }
}
