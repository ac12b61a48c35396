use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{
    Ambient, AnnouncementId, AppId, GroupId, Id, ManualClock, PageRequest, SeededEntropy, SessionId, Text, Timestamp,
    UserId,
};
use cardkey_events::{Actor, Call, Happening};
use uuid::Uuid;

use crate::memory::MemoryStore;
use crate::model::{Announcement, AnnouncementKind, Audience, InboxFilter, Priority};
use crate::{AnnouncementDraft, Announcements, LiveReader, LiveRow, Publication, Reader, Seq};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// The service over a store in memory, at a time that stands still.
pub(crate) struct Desk {
    pub(crate) service: Announcements,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<ManualClock>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(7)));
        Self { service: Announcements::new(store.clone(), ambient), store, clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        cardkey_domain::Clock::now(&*self.clock)
    }

    /// An account with its apps and groups.
    pub(crate) fn someone(&self, number: u128, apps: &[AppId], groups: &[GroupId]) -> UserId {
        let user_id = UserId::from_uuid(Uuid::from_u128(number));
        let reader = Reader { user_id, app_ids: apps.to_vec(), group_ids: groups.to_vec() };
        self.store.know(&format!("user{number}"), &reader);
        user_id
    }

    pub(crate) async fn published(&self, audience: Audience) -> Announcement {
        let draft = AnnouncementDraft { audience, publication: Publication::Now, ..a_draft() };
        self.service.create(&operator(), draft).await.unwrap()
    }

    /// The titles of what an account sees, as it sees them.
    pub(crate) async fn titles(&self, user: UserId) -> Vec<String> {
        let inbox = self.service.inbox(user, InboxFilter::default(), &PageRequest::first()).await.unwrap();
        inbox.page.items.into_iter().map(|item| item.announcement.title.to_string()).collect()
    }

    pub(crate) async fn unread(&self, user: UserId) -> u64 {
        self.service.inbox(user, InboxFilter::default(), &PageRequest::first()).await.unwrap().unread
    }

    /// What the live log holds for an account.
    pub(crate) async fn live(&self, user: UserId) -> Vec<LiveRow> {
        let reader = self.service.reader(user).await.unwrap();
        self.store.after(Seq(0), &reader, self.now(), 100).await.unwrap()
    }

    /// The names of what happened.
    pub(crate) fn happened(&self) -> Vec<String> {
        self.store.events().iter().map(|event| event.happening.to_parts().0).collect()
    }

    pub(crate) fn happenings(&self) -> Vec<Happening> {
        self.store.events().into_iter().map(|event| event.happening).collect()
    }

    /// What was written in the audit log.
    pub(crate) fn deeds(&self) -> Vec<String> {
        self.store.audit_rows().into_iter().map(|row| row.action).collect()
    }
}

/// A call by an operator.
pub(crate) fn operator() -> Call {
    let id = UserId::from_uuid(Uuid::from_u128(99));
    let actor = Actor::User { id, name: "operator".into(), session_id: SessionId::from_uuid(Uuid::from_u128(98)) };
    Call { actor, ..Call::by_system("test", "request".into()) }
}

pub(crate) fn a_draft() -> AnnouncementDraft {
    AnnouncementDraft {
        kind: AnnouncementKind::System,
        title: Text::parse("Hello").unwrap(),
        content: Text::parse("**Hello**").unwrap(),
        priority: Priority::Medium,
        audience: Audience::All,
        publication: Publication::Later,
        expires_at: None,
        must_confirm: false,
    }
}

pub(crate) fn app(number: u128) -> AppId {
    AppId::from_uuid(Uuid::from_u128(1_000 + number))
}

pub(crate) fn group(number: u128) -> GroupId {
    GroupId::from_uuid(Uuid::from_u128(2_000 + number))
}

pub(crate) fn nowhere() -> AnnouncementId {
    AnnouncementId::from_uuid(Uuid::from_u128(404))
}
