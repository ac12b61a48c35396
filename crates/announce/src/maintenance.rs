//! The announcement of an app's maintenance (APP-06): made of the event that tells of it, once, and taken back when it ends.

use cardkey_domain::{AppId, Id, Text, Timestamp};
use cardkey_events::{Call, Constraint, Event, Happening, StoreError};
use uuid::Uuid;

use crate::model::{AnnouncementKind, Audience, Priority, State};
use crate::withdraw::withdraw_in;
use crate::{AnnouncementDraft, Announcements, CreateError, Publication};

const TITLE: &str = "系统维护 / Maintenance";
const MESSAGE: &str = "系统维护中,请稍后再试。\n\nMaintenance is under way; please come back later.";

impl Announcements {
    /// Follows an event of an app's maintenance; others are passed over. May be called twice with the same event.
    pub async fn follow_maintenance(&self, call: &Call, event: &Event) -> Result<(), StoreError> {
        match &event.happening {
            Happening::AppMaintenanceScheduled { app_id, maintenance_id, message, from, until } => {
                let when = Some(*from);
                self.tell(call, *app_id, maintenance_id.uuid(), message.as_deref(), when, *until).await
            }
            Happening::AppMaintenanceStart { app_id, maintenance_id, message, until } => {
                self.tell(call, *app_id, maintenance_id.uuid(), message.as_deref(), None, *until).await
            }
            Happening::AppMaintenanceEnd { maintenance_id, .. } => self.take_back(call, maintenance_id.uuid()).await,
            _ => Ok(()),
        }
    }

    /// Tells an app's users of its maintenance, unless they were told.
    async fn tell(
        &self,
        call: &Call,
        app: AppId,
        source: Uuid,
        message: Option<&str>,
        from: Option<Timestamp>,
        until: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let is_over = until.is_some_and(|end| end <= now);
        if is_over || self.store.read().announcement_of(source).await?.is_some() {
            return Ok(());
        }
        let damaged = |_| StoreError::damaged("a maintenance whose message is no text");
        let draft = AnnouncementDraft {
            kind: AnnouncementKind::Maintenance,
            title: Text::parse(TITLE).map_err(damaged)?,
            content: Text::parse(&content(message, from, until)).map_err(damaged)?,
            priority: Priority::High,
            audience: Audience::Apps(vec![app]),
            publication: Publication::Now,
            expires_at: until,
            must_confirm: false,
        };
        let (new, subjects) = match self.written(draft, call, self.ambient.id(), Some(source), now).await {
            Ok(written) => written,
            Err(CreateError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::Backend(error.into())),
        };
        match self.add(call, new, &subjects, now).await {
            Err(error) if error.is_conflict(Constraint::AnnouncementSource) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn take_back(&self, call: &Call, source: Uuid) -> Result<(), StoreError> {
        let Some(told) = self.store.read().announcement_of(source).await? else { return Ok(()) };
        if matches!(told.state, State::Withdrawn | State::Expired) {
            return Ok(());
        }
        let subjects = self.subjects_of(told.id).await?;
        let mut work = self.store.begin().await?;
        let withdrawn = withdraw_in(&mut *work, &self.ambient, call, told, &subjects, self.ambient.now()).await?;
        if withdrawn.is_some() { work.commit().await } else { Ok(()) }
    }
}

/// The operator's words, and when it is.
fn content(message: Option<&str>, from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    let message = message.unwrap_or(MESSAGE);
    match (from, until) {
        (Some(from), Some(until)) => format!("{message}\n\n{from} – {until}"),
        (Some(from), None) => format!("{message}\n\n{from} –"),
        (None, Some(until)) => format!("{message}\n\n– {until}"),
        (None, None) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
