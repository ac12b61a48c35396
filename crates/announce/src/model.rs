//! What the ports speak of.

mod audience;
mod words;

use cardkey_domain::{AnnouncementId, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Seq;

pub use audience::{Audience, MOST_SUBJECTS};
pub use words::{AnnouncementKind, AudienceKind, Mark, Priority, State};

/// An announcement. Whom it names stands beside it ([`crate::AnnouncementReader::subjects`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announcement {
    /// Its identifier.
    pub id: AnnouncementId,
    /// What it is about.
    pub kind: AnnouncementKind,
    /// Its heading.
    pub title: Text<200>,
    /// Its body, in Markdown.
    pub content: Text<20_000>,
    /// Its body as HTML that is safe to show.
    pub html: String,
    /// How much it matters.
    pub priority: Priority,
    /// How far it has come.
    pub state: State,
    /// What kind of audience it has.
    pub audience: AudienceKind,
    /// Whether a reader must confirm it before going on (ANN-06).
    pub must_confirm: bool,
    /// When it is to be published; `None` for a draft and where it was published by hand.
    pub publish_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it hides by itself.
    pub expires_at: Option<Timestamp>,
    /// Who made it; `None` for the system.
    pub created_by: Option<UserId>,
    /// What made it, where it was an event: one announcement each.
    pub source: Option<Uuid>,
    /// Whether the system says it to one account alone: it is in that account's inbox, and not among what operators wrote.
    pub notice: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; the version of conditional writes.
    pub updated_at: Timestamp,
    /// Its place in the live log, once published.
    pub seq: Option<Seq>,
    /// How many accounts it is for, once counted.
    pub reach: Option<Reach>,
}

impl Announcement {
    /// Whether its audience sees it at `now`, however late the job that expires it.
    #[must_use]
    pub fn is_shown(&self, now: Timestamp) -> bool {
        self.state == State::Published && self.expires_at.is_none_or(|end| now < end)
    }
}

/// How many active accounts an announcement was for when they were counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// How many.
    pub accounts: u64,
    /// When they were counted.
    pub counted_at: Timestamp,
}

/// An announcement as it stands to one reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxItem {
    /// What was said.
    pub announcement: Announcement,
    /// When it reached a client of theirs.
    pub delivered_at: Option<Timestamp>,
    /// When they read it.
    pub read_at: Option<Timestamp>,
    /// When they confirmed it.
    pub confirmed_at: Option<Timestamp>,
}

/// Which part of an inbox is wanted, and how it is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InboxFilter {
    /// Only what is not read, or not confirmed though it must be.
    pub unread: bool,
    /// Newest first, whatever the priority.
    pub newest_first: bool,
}

/// Which announcements are wanted. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnouncementFilter {
    /// About this.
    pub kind: Option<AnnouncementKind>,
    /// Of this priority.
    pub priority: Option<Priority>,
    /// That have come so far.
    pub state: Option<State>,
    /// Whose title begins with this.
    pub q: Option<String>,
}

/// How many readers took note, newly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marked {
    /// Reached.
    pub delivered: u64,
    /// Read.
    pub read: u64,
    /// Confirmed.
    pub confirmed: u64,
}

/// How many took note within an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourCount {
    /// When the hour starts.
    pub from: Timestamp,
    /// How many.
    pub marked: Marked,
}

/// An account that has yet to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfirmed {
    /// Which.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// When the announcement reached it.
    pub delivered_at: Option<Timestamp>,
    /// When it read it.
    pub read_at: Option<Timestamp>,
}
