//! The announcement of an app's maintenance (APP-06): made of the event that tells of it, once, and taken back when it ends. Clients that
//! watch get the event itself too.

use cardkey_domain::{AppId, EventId, Id, Text, Timestamp};
use cardkey_events::{Call, Event, Happening, StoreError, record};

use crate::create::deed;
use crate::model::{Announcement, AnnouncementKind, Audience, Priority, State};
use crate::publish::publish_in;
use crate::withdraw::withdraw_in;
use crate::{AnnouncementDraft, Announcements, CreateError, LiveAudience, LiveEntry, Publication, UnitOfWork};

const TITLE: &str = "系统维护 / Maintenance";
const MESSAGE: &str = "系统维护中,请稍后再试。\n\nMaintenance is under way; please come back later.";

/// What is noted of a maintenance once it was announced or has ended: from then on it is not announced.
const DECIDED: &str = "maintenance_announced_or_ended";

/// A maintenance as its event tells of it.
struct Told<'a> {
    app: AppId,
    id: EventId,
    message: Option<&'a str>,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Announcements {
    /// Follows an event of an app's maintenance; others are passed over. May be called again with the same event.
    pub async fn follow_maintenance(&self, call: &Call, handler: &str, event: &Event) -> Result<(), StoreError> {
        let (app, id, told) = match &event.happening {
            Happening::AppMaintenanceScheduled { app_id, maintenance_id, message, from, until } => {
                let message = message.as_deref();
                let told = Told { app: *app_id, id: *maintenance_id, message, from: Some(*from), until: *until };
                (*app_id, *maintenance_id, Some(told))
            }
            Happening::AppMaintenanceStart { app_id, maintenance_id, message, until } => {
                let message = message.as_deref();
                let told = Told { app: *app_id, id: *maintenance_id, message, from: None, until: *until };
                (*app_id, *maintenance_id, Some(told))
            }
            Happening::AppMaintenanceEnd { app_id, maintenance_id } => (*app_id, *maintenance_id, None),
            _ => return Ok(()),
        };
        let now = self.ambient.now();
        let known = self.store.read().announcement_of(id.uuid()).await?;
        let mut work = self.store.begin().await?;
        if work.handled().note(handler, &[event.id], now).await?.is_empty() {
            return Ok(());
        }
        match (told, known) {
            (Some(told), None) => self.tell(&mut *work, call, &told, now).await?,
            (Some(_), Some(_)) => {}
            (None, known) => {
                work.handled().note(DECIDED, &[id], now).await?;
                if let Some(known) = known {
                    self.take_back(&mut *work, call, known, now).await?;
                }
            }
        }
        let (name, data) = event.happening.to_parts();
        work.live_log().append(&[LiveEntry::event(&name, &data, LiveAudience::App(app), now)]).await?;
        work.commit().await
    }

    /// Tells an app's users of its maintenance, unless it is over: by the clock, or because its end came before its beginning, which had
    /// to be tried again.
    async fn tell(
        &self,
        work: &mut dyn UnitOfWork,
        call: &Call,
        told: &Told<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let is_over = told.until.is_some_and(|end| end <= now);
        if is_over || work.handled().note(DECIDED, &[told.id], now).await?.is_empty() {
            return Ok(());
        }
        let damaged = |_| StoreError::damaged("a maintenance whose message is no text");
        let draft = AnnouncementDraft {
            kind: AnnouncementKind::Maintenance,
            title: Text::parse(TITLE).map_err(damaged)?,
            content: Text::parse(&content(told)).map_err(damaged)?,
            priority: Priority::High,
            audience: Audience::Apps(vec![told.app]),
            publication: Publication::Now,
            expires_at: told.until,
            must_confirm: false,
        };
        let (new, subjects) = match self.written(draft, call, self.ambient.id(), Some(told.id.uuid()), now).await {
            Ok(written) => written,
            Err(CreateError::Store(error)) => return Err(error),
            Err(error) => return Err(StoreError::Backend(error.into())),
        };
        work.announcements().insert(&new, &subjects).await?;
        record(&mut *work, &self.ambient, call, deed("announcement.create", &new, &subjects), Vec::new()).await?;
        publish_in(work, &self.ambient, call, new, &subjects, now).await.map(|_| ())
    }

    async fn take_back(
        &self,
        work: &mut dyn UnitOfWork,
        call: &Call,
        told: Announcement,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if matches!(told.state, State::Withdrawn | State::Expired) {
            return Ok(());
        }
        let subjects = self.subjects_of(told.id).await?;
        withdraw_in(work, &self.ambient, call, told, &subjects, now).await.map(|_| ())
    }
}

/// The operator's words, and when it is.
fn content(told: &Told<'_>) -> String {
    let message = told.message.unwrap_or(MESSAGE);
    match (told.from, told.until) {
        (Some(from), Some(until)) => format!("{message}\n\n{from} – {until}"),
        (Some(from), None) => format!("{message}\n\n{from} –"),
        (None, Some(until)) => format!("{message}\n\n– {until}"),
        (None, None) => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
