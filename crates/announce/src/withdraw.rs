//! Taking an announcement back (ANN-03).

use cardkey_domain::{Ambient, AnnouncementId, Timestamp};
use cardkey_events::{Call, Deed, Happening, StoreError, record};
use serde_json::json;
use uuid::Uuid;

use crate::model::{Announcement, State};
use crate::publish::{live_audience, next_version};
use crate::{Announcements, LiveEntry, UnitOfWork};

/// Why an announcement is not taken back.
#[derive(Debug, thiserror::Error)]
pub enum WithdrawError {
    /// There is no such announcement.
    #[error("there is no such announcement")]
    NotFound,
    /// It was taken back or is over.
    #[error("it is over already")]
    State(State),
    /// Somebody else changed it at the same time.
    #[error("somebody else changed it at the same time")]
    Raced,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Announcements {
    /// Takes back a draft, or what is scheduled or published: from now on nobody sees it, and connected clients are told.
    pub async fn withdraw(&self, call: &Call, id: AnnouncementId) -> Result<Announcement, WithdrawError> {
        let announcement = self.store.read().announcement(id).await?.ok_or(WithdrawError::NotFound)?;
        if matches!(announcement.state, State::Withdrawn | State::Expired) {
            return Err(WithdrawError::State(announcement.state));
        }
        let now = self.ambient.now();
        let subjects = self.subjects_of(id).await?;
        let mut work = self.store.begin().await?;
        let withdrawn = withdraw_in(&mut *work, &self.ambient, call, announcement, &subjects, now).await?;
        let withdrawn = withdrawn.ok_or(WithdrawError::Raced)?;
        call.finish(work, &withdrawn, now).await?;
        Ok(withdrawn)
    }
}

/// Takes it back within a unit of work; `None` when somebody else changed it meanwhile.
pub(crate) async fn withdraw_in(
    work: &mut dyn UnitOfWork,
    ambient: &Ambient,
    call: &Call,
    announcement: Announcement,
    subjects: &[Uuid],
    now: Timestamp,
) -> Result<Option<Announcement>, StoreError> {
    let version = next_version(announcement.updated_at, now);
    if !work.announcements().withdraw(announcement.id, announcement.state, version).await? {
        return Ok(None);
    }
    let deed = Deed::done("announcement.withdraw")
        .to("announcement", announcement.id)
        .with("state_before", announcement.state);
    let was_seen = announcement.state == State::Published;
    let happened = was_seen.then_some(Happening::AnnouncementWithdrawn { announcement_id: announcement.id });
    record(&mut *work, ambient, call, deed, happened.into_iter().collect()).await?;
    if let Some(seq) = announcement.seq.filter(|_| was_seen) {
        work.live_log().end(seq, now).await?;
        let data = json!({ "announcement_id": announcement.id });
        let entry = LiveEntry::event("announcement.withdrawn", &data, live_audience(&announcement, subjects), version);
        work.live_log().append(&[entry]).await?;
    }
    Ok(Some(Announcement { state: State::Withdrawn, updated_at: version, ..announcement }))
}

#[cfg(test)]
mod tests;
