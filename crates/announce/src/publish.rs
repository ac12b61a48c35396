//! Publishing: the announcement, its entry in the live log, the event and the audit row in one unit (ANN-03, ANN-04).

use std::time::Duration;

use cardkey_domain::{Ambient, AnnouncementId, AppId, GroupId, Id, Timestamp, UserId};
use cardkey_events::{Call, Deed, Happening, StoreError, record};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::model::{Announcement, AudienceKind, MOST_SUBJECTS, State};
use crate::{Announcements, LiveAudience, LiveEntry, UnitOfWork};

/// Why an announcement is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// There is no such announcement.
    #[error("there is no such announcement")]
    NotFound,
    /// It has been published, or was taken back.
    #[error("it is a draft no more")]
    State(State),
    /// Its end has come.
    #[error("its end has come")]
    Over,
    /// Somebody else changed it at the same time.
    #[error("somebody else changed it at the same time")]
    Raced,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An announcement as clients get it.
#[must_use]
pub fn wire(announcement: &Announcement) -> Value {
    json!({
        "id": announcement.id,
        "type": announcement.kind,
        "title": announcement.title,
        "content": announcement.content,
        "html": announcement.html,
        "priority": announcement.priority,
        "must_confirm": announcement.must_confirm,
        "published_at": announcement.published_at,
        "expires_at": announcement.expires_at,
    })
}

impl Announcements {
    /// Publishes a draft, or a scheduled announcement before its time.
    pub async fn publish(&self, call: &Call, id: AnnouncementId) -> Result<Announcement, PublishError> {
        let announcement = self.store.read().announcement(id).await?.ok_or(PublishError::NotFound)?;
        let now = self.ambient.now();
        if !matches!(announcement.state, State::Draft | State::Scheduled) {
            return Err(PublishError::State(announcement.state));
        }
        if announcement.expires_at.is_some_and(|end| end <= now) {
            return Err(PublishError::Over);
        }
        let subjects = self.subjects_of(id).await?;
        let mut work = self.store.begin().await?;
        let published = publish_in(&mut *work, &self.ambient, call, announcement, &subjects, now).await?;
        let published = published.ok_or(PublishError::Raced)?;
        call.finish(work, &published, now).await?;
        self.to_count.add(id);
        Ok(published)
    }

    /// Everybody whom an announcement names.
    pub(crate) async fn subjects_of(&self, id: AnnouncementId) -> Result<Vec<Uuid>, StoreError> {
        self.store.read().subjects(id, None, u32::try_from(MOST_SUBJECTS).unwrap_or(u32::MAX)).await
    }
}

/// Publishes within a unit of work; `None` when somebody else changed it meanwhile. What a client sees comes last, since it holds the end
/// of the live log.
pub(crate) async fn publish_in(
    work: &mut dyn UnitOfWork,
    ambient: &Ambient,
    call: &Call,
    announcement: Announcement,
    subjects: &[Uuid],
    now: Timestamp,
) -> Result<Option<Announcement>, StoreError> {
    let version = next_version(announcement.updated_at, now);
    if !work.announcements().publish(announcement.id, announcement.updated_at, version).await? {
        return Ok(None);
    }
    let mut published =
        Announcement { state: State::Published, published_at: Some(version), updated_at: version, ..announcement };
    let deed = Deed::done("announcement.publish").to("announcement", published.id).with("title", &published.title);
    let happened = Happening::AnnouncementPublished {
        announcement_id: published.id,
        kind: published.kind.as_str().to_owned(),
        priority: published.priority.as_str().to_owned(),
        audience: published.audience.as_str().to_owned(),
        expires_at: published.expires_at,
    };
    record(&mut *work, ambient, call, deed, vec![happened]).await?;
    let entry =
        LiveEntry::announcement(&wire(&published), live_audience(&published, subjects), version, published.expires_at);
    let seq = work.live_log().append(&[entry]).await?;
    work.announcements().set_seq(published.id, seq).await?;
    published.seq = Some(seq);
    Ok(Some(published))
}

/// To whom an announcement goes while they are connected.
pub(crate) fn live_audience(announcement: &Announcement, subjects: &[Uuid]) -> LiveAudience {
    match (announcement.audience, subjects) {
        (AudienceKind::All, _) => LiveAudience::All,
        (AudienceKind::App, [app]) => LiveAudience::App(AppId::from_uuid(*app)),
        (AudienceKind::Group, [group]) => LiveAudience::Group(GroupId::from_uuid(*group)),
        (AudienceKind::Users, [user]) => LiveAudience::User(UserId::from_uuid(*user)),
        _ => LiveAudience::Announcement(announcement.id),
    }
}

/// The version always moves on, even within one microsecond.
pub(crate) fn next_version(before: Timestamp, now: Timestamp) -> Timestamp {
    now.max(before.plus(Duration::from_micros(1)))
}

#[cfg(test)]
mod tests;
