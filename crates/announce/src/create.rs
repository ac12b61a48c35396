//! Writing an announcement (ANN-01 to ANN-03).

use std::time::Duration;

use cardkey_domain::{AnnouncementId, Text, Timestamp};
use cardkey_events::{Call, Deed, StoreError, record};
use uuid::Uuid;

use crate::model::{Announcement, AnnouncementKind, Audience, MOST_SUBJECTS, Priority, State};
use crate::publish::{publish_in, wire};
use crate::{Announcements, markdown};

/// A time to publish at that passed no longer ago than this is now: clocks differ and requests travel.
const STILL_NOW: Duration = Duration::from_secs(120);

/// The most bytes an announcement takes on the wire, so that its frame fits in 64 KiB.
const MOST_BYTES: usize = 60_000;

/// What an announcement is to be.
#[derive(Debug, Clone)]
pub struct AnnouncementDraft {
    /// What it is about.
    pub kind: AnnouncementKind,
    /// Its heading.
    pub title: Text<200>,
    /// Its body, in Markdown.
    pub content: Text<20_000>,
    /// How much it matters.
    pub priority: Priority,
    /// For whom it is.
    pub audience: Audience,
    /// Whether it is published, and when.
    pub publication: Publication,
    /// When it hides by itself.
    pub expires_at: Option<Timestamp>,
    /// Whether a reader must confirm it.
    pub must_confirm: bool,
}

/// When an announcement is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// When somebody says so.
    Later,
    /// At once.
    Now,
    /// At a time to come, or at once where that has just passed.
    At(Timestamp),
}

/// Why an announcement is not written as asked.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The time to publish has passed.
    #[error("the time to publish has passed")]
    PublicationPassed,
    /// It would be over when it is published.
    #[error("the end is not after the publication")]
    EndPassed,
    /// It names nobody, though it must.
    #[error("the audience names nobody")]
    AudienceEmpty,
    /// It names more than [`MOST_SUBJECTS`].
    #[error("the audience names too many")]
    AudienceTooLarge,
    /// These do not exist.
    #[error("some of the audience do not exist")]
    AudienceUnknown(Vec<Uuid>),
    /// With its HTML it is too long for a frame.
    #[error("it is too long")]
    TooLong,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announcements {
    /// Writes an announcement: a draft, one that waits for its time, or one that is published in the same unit.
    pub async fn create(&self, call: &Call, draft: AnnouncementDraft) -> Result<Announcement, CreateError> {
        let now = self.ambient.now();
        let (new, subjects) = self.written(draft, call, self.ambient.id(), None, now).await?;
        Ok(self.add(call, new, &subjects, now).await?)
    }

    /// Adds what was written; what is due at once is published in the same unit.
    pub(crate) async fn add(
        &self,
        call: &Call,
        mut new: Announcement,
        subjects: &[Uuid],
        now: Timestamp,
    ) -> Result<Announcement, StoreError> {
        let mut work = self.store.begin().await?;
        work.announcements().insert(&new, subjects).await?;
        let deed = deed("announcement.create", &new, subjects);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        if new.publish_at.is_some_and(|at| at <= now) {
            let published = publish_in(&mut *work, &self.ambient, call, new, subjects, now).await?;
            new = published.ok_or_else(|| StoreError::damaged("an announcement that changed within its own unit"))?;
        }
        call.finish(work, &new, now).await?;
        if new.state == State::Published {
            self.to_count.add(new.id);
        }
        Ok(new)
    }

    /// An announcement as a draft says it, and whom it names, all checked.
    pub(crate) async fn written(
        &self,
        draft: AnnouncementDraft,
        call: &Call,
        id: AnnouncementId,
        source: Option<Uuid>,
        now: Timestamp,
    ) -> Result<(Announcement, Vec<Uuid>), CreateError> {
        let (state, publish_at) = match draft.publication {
            Publication::Later => (State::Draft, None),
            Publication::Now => (State::Scheduled, Some(now)),
            Publication::At(at) if at > now => (State::Scheduled, Some(at)),
            Publication::At(at) if at >= now.minus(STILL_NOW) => (State::Scheduled, Some(now)),
            Publication::At(_) => return Err(CreateError::PublicationPassed),
        };
        if draft.expires_at.is_some_and(|end| end <= publish_at.unwrap_or(now)) {
            return Err(CreateError::EndPassed);
        }
        let subjects = self.named(&draft.audience).await?;
        let announcement = Announcement {
            id,
            kind: draft.kind,
            html: markdown::render(draft.content.as_str()),
            title: draft.title,
            content: draft.content,
            priority: draft.priority,
            state,
            audience: draft.audience.kind(),
            must_confirm: draft.must_confirm,
            publish_at,
            published_at: None,
            expires_at: draft.expires_at,
            created_by: call.user_id(),
            source,
            notice: false,
            created_at: now,
            updated_at: now,
            seq: None,
            reach: None,
        };
        if wire(&announcement).to_string().len() > MOST_BYTES {
            return Err(CreateError::TooLong);
        }
        Ok((announcement, subjects))
    }

    async fn named(&self, audience: &Audience) -> Result<Vec<Uuid>, CreateError> {
        let subjects = audience.subjects();
        if *audience == Audience::All {
            return Ok(subjects);
        }
        if subjects.is_empty() {
            return Err(CreateError::AudienceEmpty);
        }
        if subjects.len() > MOST_SUBJECTS {
            return Err(CreateError::AudienceTooLarge);
        }
        let unknown = self.store.read().unknown(audience.kind(), &subjects).await?;
        if unknown.is_empty() { Ok(subjects) } else { Err(CreateError::AudienceUnknown(unknown)) }
    }
}

/// What was done to an announcement, with what matters of it.
pub(crate) fn deed(action: &'static str, announcement: &Announcement, subjects: &[Uuid]) -> Deed {
    Deed::done(action)
        .to("announcement", announcement.id)
        .with("title", &announcement.title)
        .with("kind", announcement.kind)
        .with("priority", announcement.priority)
        .with("audience", announcement.audience)
        .with("named", subjects.len())
        .with("must_confirm", announcement.must_confirm)
        .with("publish_at", announcement.publish_at)
        .with("expires_at", announcement.expires_at)
}

#[cfg(test)]
mod tests;
