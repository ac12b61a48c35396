//! What the ports speak of.

use std::str::FromStr;

use cardkey_domain::{AnnouncementId, AppId, GroupId, Id, Text, Timestamp, UserId};
use cardkey_events::{Auditable, Fact};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Seq;

macro_rules! text_form {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The text in the database and on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl Auditable for $name {
            fn fact(&self) -> Fact {
                Fact::word(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or(())
            }
        }
    };
}

text_form! {
    /// What an announcement is about (ANN-01).
    AnnouncementKind {
        /// The service itself.
        System = "system",
        /// Work on an app or the service.
        Maintenance = "maintenance",
        /// A new version.
        Version = "version",
        /// A warning.
        Security = "security",
    }
}

text_form! {
    /// How much it matters; in this order lists show it.
    Priority {
        /// Most.
        High = "high",
        /// As usual.
        Medium = "medium",
        /// Least.
        Low = "low",
    }
}

text_form! {
    /// How far an announcement has come (ANN-03).
    State {
        /// Only operators see it.
        Draft = "draft",
        /// It is published by itself at its time.
        Scheduled = "scheduled",
        /// Its audience sees it.
        Published = "published",
        /// It was taken back.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

text_form! {
    /// What kind of audience it has (ANN-02).
    AudienceKind {
        /// Everybody.
        All = "all",
        /// The users of some apps.
        App = "app",
        /// The members of some groups.
        Group = "group",
        /// Some accounts.
        Users = "users",
    }
}

text_form! {
    /// What a reader did with it; each includes those before.
    Mark {
        /// It reached a client of theirs.
        Delivered = "delivered",
        /// They read it.
        Read = "read",
        /// They confirmed it.
        Confirmed = "confirmed",
    }
}

/// The most subjects an audience names; more than that is a group.
pub const MOST_SUBJECTS: usize = 1_000;

/// For whom an announcement is, as an operator says it: never more than [`MOST_SUBJECTS`] names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    All,
    /// The users of these apps.
    Apps(Vec<AppId>),
    /// The members of these groups.
    Groups(Vec<GroupId>),
    /// These accounts.
    Users(Vec<UserId>),
}

impl Audience {
    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> AudienceKind {
        match self {
            Self::All => AudienceKind::All,
            Self::Apps(_) => AudienceKind::App,
            Self::Groups(_) => AudienceKind::Group,
            Self::Users(_) => AudienceKind::Users,
        }
    }

    /// The audience of a kind that names these.
    #[must_use]
    pub fn of(kind: AudienceKind, subjects: &[Uuid]) -> Self {
        match kind {
            AudienceKind::All => Self::All,
            AudienceKind::App => Self::Apps(subjects.iter().copied().map(AppId::from_uuid).collect()),
            AudienceKind::Group => Self::Groups(subjects.iter().copied().map(GroupId::from_uuid).collect()),
            AudienceKind::Users => Self::Users(subjects.iter().copied().map(UserId::from_uuid).collect()),
        }
    }

    /// Whom it names, each once, in order.
    #[must_use]
    pub fn subjects(&self) -> Vec<Uuid> {
        let mut subjects: Vec<Uuid> = match self {
            Self::All => Vec::new(),
            Self::Apps(ids) => ids.iter().map(|id| id.uuid()).collect(),
            Self::Groups(ids) => ids.iter().map(|id| id.uuid()).collect(),
            Self::Users(ids) => ids.iter().map(|id| id.uuid()).collect(),
        };
        subjects.sort_unstable();
        subjects.dedup();
        subjects
    }
}

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
