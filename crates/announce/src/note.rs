//! Taking note: a reader reads an announcement, or confirms it (ANN-05, ANN-06).

use cardkey_domain::{AnnouncementId, Timestamp, UserId};
use cardkey_events::{AuditLevel, Call, Deed, Happening, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::Announcements;
use crate::model::Mark;

/// How far a reader is with an announcement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Which.
    pub announcement_id: AnnouncementId,
    /// When they first read it.
    pub read_at: Timestamp,
    /// When they confirmed it.
    pub confirmed_at: Option<Timestamp>,
}

/// Why a reader takes no note.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// They see no such announcement: it is not for them, not published, taken back or over.
    #[error("they see no such announcement")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announcements {
    /// A reader read it. When this returns, it is kept. Reading again changes nothing.
    pub async fn read(&self, call: &Call, reader: UserId, id: AnnouncementId) -> Result<Noted, NoteError> {
        self.note_at_once(call, reader, id, Mark::Read).await
    }

    /// A reader confirmed it, and so has read it. When this returns, it is kept. Confirming again changes nothing.
    pub async fn confirm(&self, call: &Call, reader: UserId, id: AnnouncementId) -> Result<Noted, NoteError> {
        self.note_at_once(call, reader, id, Mark::Confirmed).await
    }

    async fn note_at_once(
        &self,
        call: &Call,
        user: UserId,
        id: AnnouncementId,
        mark: Mark,
    ) -> Result<Noted, NoteError> {
        let now = self.ambient.now();
        let store = self.store.read();
        let reader = store.reader(user).await?;
        let seen = store.in_inbox(&reader, id, now).await?.ok_or(NoteError::NotFound)?;
        let confirms = mark == Mark::Confirmed;
        let noted = Noted {
            announcement_id: id,
            read_at: seen.read_at.unwrap_or(now),
            confirmed_at: seen.confirmed_at.or(confirms.then_some(now)),
        };
        let mut work = self.store.begin().await?;
        let marked = work.marks().mark(id, &[user], mark, now).await?;
        let action = if confirms { "announcement.confirm" } else { "announcement.read" };
        let deed = Deed::done(action).to("announcement", id).at_level(AuditLevel::Debug);
        let confirmed = Happening::AnnouncementConfirmed { announcement_id: id, user_id: user };
        let happened = (marked.confirmed > 0).then_some(confirmed);
        record(&mut *work, &self.ambient, call, deed, happened.into_iter().collect()).await?;
        call.finish(work, &noted, now).await?;
        Ok(noted)
    }
}

#[cfg(test)]
mod tests;
