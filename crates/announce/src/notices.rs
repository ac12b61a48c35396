//! What the system tells one account because of what happened (EVT-04, CARD-12): that a card key was redeemed, that a licence is about to
//! end, that it ended. Each is an entry of the live log, for clients that watch, and a notice in the account's inbox, for people.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use cardkey_domain::{AnnouncementId, AppId, EventId, Id, Text, Timestamp, UserId};
use cardkey_events::{Call, Deed, Event, Happening, StoreError, record};

use crate::model::{Announcement, AnnouncementKind, AudienceKind, Priority, State};
use crate::publish::wire;
use crate::{Announcements, LiveAudience, LiveEntry, Seq, markdown};

/// Notices that have no end of their own hide after this.
const SHOWN_FOR: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Notices deleted in one go.
const FORGOTTEN_AT_ONCE: u32 = 1_000;

/// What is told to whom.
struct Notice<'a> {
    event: &'a Event,
    user: UserId,
    title: &'static str,
    content: String,
    priority: Priority,
    expires_at: Timestamp,
}

impl Announcements {
    /// Tells owners what befell their licences, all in one unit of work. Events that were followed under this handler's name, and those
    /// that tell nobody anything, are passed over, so the same events may come again.
    pub async fn tell_owners(&self, call: &Call, handler: &str, events: &[&Event]) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let names = self.app_names(events).await?;
        let mut work = self.store.begin().await?;
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let fresh: HashSet<EventId> = work.handled().note(handler, &ids, now).await?.into_iter().collect();
        if fresh.is_empty() {
            return Ok(());
        }
        let told: Vec<Notice<'_>> = events
            .iter()
            .filter(|event| fresh.contains(&event.id))
            .filter_map(|event| notice(event, &names, now))
            .collect();
        let mut notices = Vec::with_capacity(told.len());
        for notice in &told {
            notices.push((self.as_announcement(notice, now)?, notice.user));
        }
        if notices.is_empty() {
            return work.commit().await;
        }
        let deed = Deed::done("announcement.tell_owners").with("count", notices.len());
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        let entries: Vec<LiveEntry> =
            told.iter().zip(&notices).flat_map(|(notice, (row, _))| entries(notice, row, now)).collect();
        let last = work.live_log().append(&entries).await?;
        for ((row, _), seq) in notices.iter_mut().rev().zip((1..=last.0).rev().step_by(2)) {
            row.seq = Some(Seq(seq));
        }
        work.announcements().insert_notices(&notices).await?;
        work.commit().await
    }

    /// Deletes notices that ended long ago; tells how many. To be called again while there are any.
    pub async fn forget_notices(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.store.read().forget_notices(before, FORGOTTEN_AT_ONCE).await
    }

    async fn app_names(&self, events: &[&Event]) -> Result<HashMap<AppId, String>, StoreError> {
        let apps: BTreeSet<AppId> = events.iter().filter_map(|event| app_of(&event.happening)).collect();
        let apps: Vec<AppId> = apps.into_iter().collect();
        Ok(self.store.read().app_names(&apps).await?.into_iter().collect())
    }

    fn as_announcement(&self, notice: &Notice<'_>, now: Timestamp) -> Result<Announcement, StoreError> {
        let damaged = |_| StoreError::damaged("a notice that is no text");
        Ok(Announcement {
            id: self.ambient.id::<AnnouncementId>(),
            kind: AnnouncementKind::System,
            title: Text::parse(notice.title).map_err(damaged)?,
            content: Text::parse(&notice.content).map_err(damaged)?,
            html: markdown::render(&notice.content),
            priority: notice.priority,
            state: State::Published,
            audience: AudienceKind::Users,
            must_confirm: false,
            publish_at: None,
            published_at: Some(now),
            expires_at: Some(notice.expires_at),
            created_by: None,
            source: Some(notice.event.id.uuid()),
            notice: true,
            created_at: now,
            updated_at: now,
            seq: None,
            reach: None,
        })
    }
}

/// The event itself, for programs, and then the notice, for people.
fn entries(notice: &Notice<'_>, row: &Announcement, now: Timestamp) -> [LiveEntry; 2] {
    let (name, data) = notice.event.happening.to_parts();
    let audience = LiveAudience::User(notice.user);
    [LiveEntry::event(&name, &data, audience, now), LiveEntry::announcement(&wire(row), audience, now, row.expires_at)]
}

fn app_of(happening: &Happening) -> Option<AppId> {
    match happening {
        Happening::CardKeyActivated { app_id, .. }
        | Happening::CardKeyExpiring { app_id, .. }
        | Happening::CardKeyExpired { app_id, .. } => Some(*app_id),
        _ => None,
    }
}

fn notice<'a>(event: &'a Event, names: &HashMap<AppId, String>, now: Timestamp) -> Option<Notice<'a>> {
    let app = app_of(&event.happening).and_then(|app| names.get(&app)).map_or("", String::as_str);
    let app = markdown::escape(app);
    let (user, title, content, priority, expires_at) = match &event.happening {
        Happening::CardKeyActivated { user_id, expires_at, .. } => {
            let (until, end) = expires_at.map_or_else(
                || ("永久有效".to_owned(), "It does not end.".to_owned()),
                |end| (format!("有效期至 {end}"), format!("It is valid until {end}.")),
            );
            let content = format!("「{app}」的卡密已激活,{until}。\n\nYour card key of {app} is redeemed. {end}");
            (*user_id, "卡密激活成功 / Card key redeemed", content, Priority::Low, now.plus(SHOWN_FOR))
        }
        Happening::CardKeyExpiring { user_id, days_left, expires_at, .. } => {
            let content = format!(
                "「{app}」的许可将在 {days_left} 天内到期:{expires_at}。\n\n\
                 Your licence of {app} ends within {days_left} days: {expires_at}."
            );
            let priority = if *days_left > 1 { Priority::Medium } else { Priority::High };
            (*user_id, "许可即将到期 / Licence about to end", content, priority, *expires_at)
        }
        Happening::CardKeyExpired { user_id, .. } => {
            let content = format!("「{app}」的许可已到期。\n\nYour licence of {app} has ended.");
            ((*user_id)?, "许可已到期 / Licence ended", content, Priority::High, now.plus(SHOWN_FOR))
        }
        _ => return None,
    };
    Some(Notice { event, user, title, content, priority, expires_at })
}

#[cfg(test)]
mod tests;
