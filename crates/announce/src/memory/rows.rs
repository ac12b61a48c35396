use std::collections::{BTreeMap, BTreeSet, HashMap};

use cardkey_domain::{AnnouncementId, AppId, EventId, Timestamp, UserId};
use cardkey_events::{AuditEntry, Event, Receipt};
use uuid::Uuid;

use crate::model::{Announcement, AudienceKind, Marked};
use crate::{LiveAudience, LiveRow, Reader};

/// What one reader did with one announcement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Note {
    pub(super) delivered_at: Option<Timestamp>,
    pub(super) read_at: Option<Timestamp>,
    pub(super) confirmed_at: Option<Timestamp>,
}

/// Everything there is.
#[derive(Default, Clone)]
pub(super) struct Rows {
    pub(super) apps: BTreeMap<AppId, String>,
    pub(super) people: BTreeMap<UserId, (String, Reader)>,
    pub(super) announcements: BTreeMap<AnnouncementId, Announcement>,
    pub(super) subjects: BTreeMap<AnnouncementId, BTreeSet<Uuid>>,
    pub(super) notes: BTreeMap<(AnnouncementId, UserId), Note>,
    pub(super) hours: BTreeMap<(AnnouncementId, Timestamp), Marked>,
    pub(super) live: Vec<LiveRow>,
    pub(super) handled: BTreeSet<(String, EventId)>,
    pub(super) events: Vec<Event>,
    pub(super) audit_rows: Vec<AuditEntry>,
    pub(super) receipts: HashMap<(String, String), Receipt>,
}

impl Rows {
    /// Whether an announcement is for a reader.
    pub(super) fn addresses(&self, announcement: &Announcement, reader: &Reader) -> bool {
        announcement.audience == AudienceKind::All || self.names(announcement.id, reader)
    }

    fn names(&self, id: AnnouncementId, reader: &Reader) -> bool {
        self.subjects.get(&id).is_some_and(|named| reader.subjects().any(|subject| named.contains(&subject)))
    }

    /// Whether an entry of the live log is for a reader.
    pub(super) fn is_for(&self, audience: LiveAudience, reader: &Reader) -> bool {
        match audience {
            LiveAudience::All => true,
            LiveAudience::App(id) => reader.app_ids.contains(&id),
            LiveAudience::Group(id) => reader.group_ids.contains(&id),
            LiveAudience::User(id) => reader.user_id == id,
            LiveAudience::Announcement(id) => self.names(id, reader),
        }
    }

    pub(super) fn note(&self, id: AnnouncementId, user: UserId) -> Note {
        self.notes.get(&(id, user)).copied().unwrap_or_default()
    }
}
