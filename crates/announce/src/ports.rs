use async_trait::async_trait;
use cardkey_domain::{AnnouncementId, AppId, Page, PageRequest, Timestamp, UserId};
use cardkey_events::{HandledEvents, StoreError, Transaction};
use uuid::Uuid;

use crate::model::{
    Announcement, AnnouncementFilter, AudienceKind, HourCount, InboxFilter, InboxItem, Mark, Marked, Reach, State,
    Unconfirmed,
};
use crate::{LiveEntry, LiveHead, LiveRow, Reader, Seq};

/// Where announcements are kept.
#[async_trait]
pub trait Store: Send + Sync {
    /// Opens a unit of work. Dropping it undoes everything.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;

    /// Reads that need no transaction.
    fn read(&self) -> &dyn AnnouncementReader;
}

/// The repositories of one transaction. Conditional writes return whether they won.
pub trait UnitOfWork: Transaction {
    /// Announcements.
    fn announcements(&mut self) -> &mut dyn AnnouncementRepository;
    /// Who took note.
    fn marks(&mut self) -> &mut dyn MarkRepository;
    /// What connected clients are sent.
    fn live_log(&mut self) -> &mut dyn LiveLog;
    /// Which events were followed.
    fn handled(&mut self) -> &mut dyn HandledEvents;
}

/// Writes announcements.
#[async_trait]
pub trait AnnouncementRepository: Send {
    /// Adds an announcement and whom it names; [`cardkey_events::Constraint::AnnouncementSource`] when its source made one before.
    async fn insert(&mut self, announcement: &Announcement, subjects: &[Uuid]) -> Result<(), StoreError>;
    /// Adds notices, each to one account, in a handful of statements however many they are.
    async fn insert_notices(&mut self, notices: &[(Announcement, UserId)]) -> Result<(), StoreError>;
    /// Overwrites a draft or scheduled announcement and whom it names, if it is still as of `seen` (its `updated_at`).
    async fn update(
        &mut self,
        announcement: &Announcement,
        subjects: &[Uuid],
        seen: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Publishes a draft or scheduled announcement, if it is still as of `seen`; `now` becomes its version.
    async fn publish(&mut self, id: AnnouncementId, seen: Timestamp, now: Timestamp) -> Result<bool, StoreError>;
    /// Notes the place in the live log.
    async fn set_seq(&mut self, id: AnnouncementId, seq: Seq) -> Result<(), StoreError>;
    /// Takes back an announcement, if it is in this state still.
    async fn withdraw(&mut self, id: AnnouncementId, from: State, now: Timestamp) -> Result<bool, StoreError>;
    /// Expires what is scheduled or published and whose end has come.
    async fn expire(&mut self, id: AnnouncementId, now: Timestamp) -> Result<bool, StoreError>;
}

/// Writes who took note.
#[async_trait]
pub trait MarkRepository: Send {
    /// Marks an announcement for readers, each named once, in a handful of statements however many they are. Returns how many were newly
    /// marked, and counts them in the hour of `now`. What is marked stays as it was first marked.
    async fn mark(
        &mut self,
        id: AnnouncementId,
        users: &[UserId],
        mark: Mark,
        now: Timestamp,
    ) -> Result<Marked, StoreError>;
}

/// Appends to the live log. Whoever appends holds the log's end until the unit ends, so append last.
#[async_trait]
pub trait LiveLog: Send {
    /// Appends entries in their order; returns the place of the last. Entries of one call have consecutive places. Appending none returns
    /// the end of the log.
    async fn append(&mut self, entries: &[LiveEntry]) -> Result<Seq, StoreError>;
    /// From `at` on the entry holds no more.
    async fn end(&mut self, seq: Seq, at: Timestamp) -> Result<(), StoreError>;
}

/// Reads the live log, outside any unit of work.
#[async_trait]
pub trait LiveReader: Send + Sync {
    /// Which log it is, and where it ends.
    async fn head(&self) -> Result<LiveHead, StoreError>;
    /// The entries after a place, whomever they are for, in order. For the one who hands them out.
    async fn since(&self, after: Seq, limit: u32) -> Result<Vec<LiveRow>, StoreError>;
    /// The entries after a place that are for a reader and hold at `now`, in order. For a client that was away.
    async fn after(&self, after: Seq, reader: &Reader, now: Timestamp, limit: u32) -> Result<Vec<LiveRow>, StoreError>;
    /// Waits until something may have been appended in this process. May wake for nothing, and may miss what others append.
    async fn appended(&self) {
        std::future::pending::<()>().await;
    }
}

/// Reads announcements, outside any unit of work.
#[async_trait]
pub trait AnnouncementReader: Send + Sync {
    /// An announcement.
    async fn announcement(&self, id: AnnouncementId) -> Result<Option<Announcement>, StoreError>;
    /// The announcement that a source made.
    async fn announcement_of(&self, source: Uuid) -> Result<Option<Announcement>, StoreError>;
    /// Announcements, newest first. Notices are left out.
    async fn announcements(
        &self,
        filter: &AnnouncementFilter,
        page: &PageRequest,
    ) -> Result<Page<Announcement>, StoreError>;
    /// Whom an announcement names, in order: up to `limit` after the given one.
    async fn subjects(&self, id: AnnouncementId, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>, StoreError>;
    /// Those of the subjects that do not exist.
    async fn unknown(&self, kind: AudienceKind, subjects: &[Uuid]) -> Result<Vec<Uuid>, StoreError>;

    /// The names of apps.
    async fn app_names(&self, apps: &[AppId]) -> Result<Vec<(AppId, String)>, StoreError>;
    /// An account with what it belongs to.
    async fn reader(&self, user: UserId) -> Result<Reader, StoreError>;
    /// What a reader sees at `now`.
    async fn inbox(
        &self,
        reader: &Reader,
        filter: InboxFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<InboxItem>, StoreError>;
    /// How much of it is not read, or not confirmed though it must be.
    async fn unread(&self, reader: &Reader, now: Timestamp) -> Result<u64, StoreError>;
    /// One announcement, if the reader sees it at `now`.
    async fn in_inbox(
        &self,
        reader: &Reader,
        id: AnnouncementId,
        now: Timestamp,
    ) -> Result<Option<InboxItem>, StoreError>;

    /// How many active accounts an announcement is for, as of now.
    async fn reach(&self, announcement: &Announcement) -> Result<u64, StoreError>;
    /// Keeps what was counted, in the place of what was counted before.
    async fn keep_reach(&self, id: AnnouncementId, reach: Reach) -> Result<(), StoreError>;
    /// How many took note, hour by hour; hours without any are left out.
    async fn hours(&self, id: AnnouncementId) -> Result<Vec<HourCount>, StoreError>;
    /// Puts one count in the place of the many of an hour, so that [`AnnouncementReader::hours`] stays quick. A job does it now and then.
    async fn fold_counts(&self) -> Result<(), StoreError>;
    /// Whom of its audience it awaits a confirmation of, newest account first. The total is left at zero: counting them would read all.
    async fn unconfirmed(
        &self,
        announcement: &Announcement,
        page: &PageRequest,
    ) -> Result<Page<Unconfirmed>, StoreError>;

    /// Scheduled announcements whose time has come, the earliest first.
    async fn due_to_publish(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError>;
    /// Published announcements whose end has come, the earliest first. Notices just hide.
    async fn due_to_expire(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError>;
    /// Deletes notices whose end came before that, with who took note of them, up to so many; tells how many.
    async fn forget_notices(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
