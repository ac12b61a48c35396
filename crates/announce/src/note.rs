//! Taking note: a reader reads an announcement, or confirms it (ANN-05, ANN-06).

use cardkey_domain::{AnnouncementId, UserId};
use cardkey_events::{AuditLevel, Call, Deed, Happening, StoreError, record};

use crate::Announcements;
use crate::model::Mark;

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
    pub async fn read(&self, call: &Call, reader: UserId, id: AnnouncementId) -> Result<(), NoteError> {
        self.note_at_once(call, reader, id, Mark::Read).await
    }

    /// A reader confirmed it, and so has read it. When this returns, it is kept. Confirming again changes nothing.
    pub async fn confirm(&self, call: &Call, reader: UserId, id: AnnouncementId) -> Result<(), NoteError> {
        self.note_at_once(call, reader, id, Mark::Confirmed).await
    }

    async fn note_at_once(&self, call: &Call, user: UserId, id: AnnouncementId, mark: Mark) -> Result<(), NoteError> {
        let now = self.ambient.now();
        let store = self.store.read();
        let reader = store.reader(user).await?;
        store.in_inbox(&reader, id, now).await?.ok_or(NoteError::NotFound)?;
        let mut work = self.store.begin().await?;
        let marked = work.marks().mark(id, &[user], mark, now).await?;
        let action = if mark == Mark::Confirmed { "announcement.confirm" } else { "announcement.read" };
        let deed = Deed::done(action).to("announcement", id).at_level(AuditLevel::Debug);
        let confirmed = Happening::AnnouncementConfirmed { announcement_id: id, user_id: user };
        let happened = (marked.confirmed > 0).then_some(confirmed);
        record(&mut *work, &self.ambient, call, deed, happened.into_iter().collect()).await?;
        call.finish(work, &(), now).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
