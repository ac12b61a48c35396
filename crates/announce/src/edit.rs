//! Rewriting an announcement that nobody has seen yet (ANN-03).

use cardkey_domain::AnnouncementId;
use cardkey_events::{Call, StoreError, record};

use crate::create::deed;
use crate::model::{Announcement, State};
use crate::publish::{next_version, publish_in};
use crate::{AnnouncementDraft, Announcements, CreateError};

/// Why an announcement is not rewritten.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such announcement.
    #[error("there is no such announcement")]
    NotFound,
    /// It was published: what people have read stays as it is.
    #[error("it is published already")]
    Published(State),
    /// Somebody else changed it at the same time.
    #[error("somebody else changed it at the same time")]
    Raced,
    /// What it is to be cannot be.
    #[error(transparent)]
    Draft(#[from] CreateError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announcements {
    /// Replaces a draft or scheduled announcement by what a new draft says; where that says now, it is published in the same unit.
    pub async fn edit(
        &self,
        call: &Call,
        id: AnnouncementId,
        draft: AnnouncementDraft,
    ) -> Result<Announcement, EditError> {
        let before = self.store.read().announcement(id).await?.ok_or(EditError::NotFound)?;
        if !matches!(before.state, State::Draft | State::Scheduled) {
            return Err(EditError::Published(before.state));
        }
        let now = self.ambient.now();
        let (written, subjects) = self.written(draft, call, id, before.source, now).await?;
        let mut after = Announcement {
            created_by: before.created_by,
            created_at: before.created_at,
            updated_at: next_version(before.updated_at, now),
            ..written
        };
        let mut work = self.store.begin().await?;
        if !work.announcements().update(&after, &subjects, before.updated_at).await? {
            return Err(EditError::Raced);
        }
        let deed = deed("announcement.edit", &after, &subjects);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        if after.publish_at.is_some_and(|at| at <= now) {
            let published = publish_in(&mut *work, &self.ambient, call, after, &subjects, now).await?;
            after = published.ok_or(EditError::Raced)?;
        }
        call.finish(work, &after, now).await?;
        Ok(after)
    }
}

#[cfg(test)]
mod tests;
