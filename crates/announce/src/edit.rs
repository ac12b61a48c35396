//! Rewriting an announcement that nobody has seen yet (ANN-03).

use cardkey_domain::{AnnouncementId, Text, Timestamp};
use cardkey_events::{Call, StoreError, record};
use uuid::Uuid;

use crate::create::deed;
use crate::model::{Announcement, AnnouncementKind, Audience, Priority, State};
use crate::publish::{next_version, publish_in};
use crate::{AnnouncementDraft, Announcements, CreateError, Publication};

/// What is to change of an announcement; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct EditAnnouncement {
    /// What it is about.
    pub kind: Option<AnnouncementKind>,
    /// Its heading.
    pub title: Option<Text<200>>,
    /// Its body, in Markdown.
    pub content: Option<Text<20_000>>,
    /// How much it matters.
    pub priority: Option<Priority>,
    /// For whom it is.
    pub audience: Option<Audience>,
    /// Whether it is published, and when.
    pub publication: Option<Publication>,
    /// When it hides by itself; `Some(None)` for never.
    pub expires_at: Option<Option<Timestamp>>,
    /// Whether a reader must confirm it.
    pub must_confirm: Option<bool>,
}

/// How far whoever edits may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Editor {
    /// They write what others publish, so what was scheduled already is not theirs to change.
    Writer,
    /// They publish.
    Publisher,
}

/// Why an announcement is not rewritten.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is no such announcement.
    #[error("there is no such announcement")]
    NotFound,
    /// It was published: what people have read stays as it is.
    #[error("it is published already")]
    Published(State),
    /// It will be published, and who edits it may not do that.
    #[error("only a publisher changes what is scheduled")]
    NotPublisher,
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
    /// Changes a draft or scheduled announcement; where it is to be published now, that happens in the same unit.
    pub async fn edit(
        &self,
        call: &Call,
        editor: Editor,
        id: AnnouncementId,
        edit: EditAnnouncement,
    ) -> Result<Announcement, EditError> {
        let before = self.store.read().announcement(id).await?.ok_or(EditError::NotFound)?;
        match before.state {
            State::Draft => {}
            State::Scheduled if editor == Editor::Publisher => {}
            State::Scheduled => return Err(EditError::NotPublisher),
            state => return Err(EditError::Published(state)),
        }
        let now = self.ambient.now();
        let draft = edit.applied_to(&before, &self.subjects_of(id).await?, now);
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
        if after.state == State::Published {
            self.to_count.add(id);
        }
        Ok(after)
    }
}

impl EditAnnouncement {
    fn applied_to(self, before: &Announcement, subjects: &[Uuid], now: Timestamp) -> AnnouncementDraft {
        let publication = match before.publish_at {
            None => Publication::Later,
            Some(at) if at <= now => Publication::Now,
            Some(at) => Publication::At(at),
        };
        AnnouncementDraft {
            kind: self.kind.unwrap_or(before.kind),
            title: self.title.unwrap_or_else(|| before.title.clone()),
            content: self.content.unwrap_or_else(|| before.content.clone()),
            priority: self.priority.unwrap_or(before.priority),
            audience: self.audience.unwrap_or_else(|| Audience::of(before.audience, subjects)),
            publication: self.publication.unwrap_or(publication),
            expires_at: self.expires_at.unwrap_or(before.expires_at),
            must_confirm: self.must_confirm.unwrap_or(before.must_confirm),
        }
    }
}

#[cfg(test)]
mod tests;
