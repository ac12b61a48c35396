//! The live log: one ordered row of everything that connected clients are sent.

use std::fmt;
use std::str::FromStr;

use cardkey_domain::{AnnouncementId, AppId, GroupId, Id, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// The place of an entry in the log: 1, 2, 3 … without holes, visible in this order. 0 is before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(pub u64);

/// Which log it is: random, made once per database. A client that knows places of another log starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub Uuid);

/// Where the log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveHead {
    /// Which log.
    pub epoch: Epoch,
    /// The last entry's place.
    pub seq: Seq,
}

/// What kind of frame an entry becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LiveKind {
    /// An announcement.
    Announcement,
    /// Something that happened.
    Event,
    /// An app's configuration.
    Config,
}

impl LiveKind {
    const ALL: [Self; 3] = [Self::Announcement, Self::Event, Self::Config];

    /// The frame's `type`, and the text in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Announcement => "announcement",
            Self::Event => "event",
            Self::Config => "config",
        }
    }
}

impl FromStr for LiveKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(())
    }
}

/// To whom an entry goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LiveAudience {
    /// To everybody.
    All,
    /// To the users of an app.
    App(AppId),
    /// To the members of a group.
    Group(GroupId),
    /// To one account.
    User(UserId),
    /// To those whom the announcement names: accounts, apps or groups ([`crate::AnnouncementReader::subjects`]). Identifiers of different
    /// kinds never meet, so a subject is looked up among all three of a reader's.
    Announcement(AnnouncementId),
}

impl LiveAudience {
    /// The audience in two columns: its kind, and which one.
    #[must_use]
    pub fn to_parts(self) -> (&'static str, Option<Uuid>) {
        match self {
            Self::All => ("all", None),
            Self::App(id) => ("app", Some(id.uuid())),
            Self::Group(id) => ("group", Some(id.uuid())),
            Self::User(id) => ("user", Some(id.uuid())),
            Self::Announcement(id) => ("announcement", Some(id.uuid())),
        }
    }

    /// The inverse of [`LiveAudience::to_parts`].
    #[must_use]
    pub fn from_parts(kind: &str, id: Option<Uuid>) -> Option<Self> {
        match (kind, id) {
            ("all", None) => Some(Self::All),
            ("app", Some(id)) => Some(Self::App(AppId::from_uuid(id))),
            ("group", Some(id)) => Some(Self::Group(GroupId::from_uuid(id))),
            ("user", Some(id)) => Some(Self::User(UserId::from_uuid(id))),
            ("announcement", Some(id)) => Some(Self::Announcement(AnnouncementId::from_uuid(id))),
            _ => None,
        }
    }
}

/// Somebody who reads: an account with what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The account.
    pub user_id: UserId,
    /// The apps it holds a licence of.
    pub app_ids: Vec<AppId>,
    /// The groups it is a member of.
    pub group_ids: Vec<GroupId>,
}

impl Reader {
    /// Every identifier by which an entry may mean this reader: the account, its apps, its groups.
    pub fn subjects(&self) -> impl Iterator<Item = Uuid> + '_ {
        let apps = self.app_ids.iter().map(|id| id.uuid());
        let groups = self.group_ids.iter().map(|id| id.uuid());
        std::iter::once(self.user_id.uuid()).chain(apps).chain(groups)
    }
}

/// What is appended to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEntry {
    /// What kind of frame it becomes.
    pub kind: LiveKind,
    /// To whom it goes.
    pub audience: LiveAudience,
    /// The frame's fields beside `type` and `seq`, as the text of a JSON object that is not empty.
    pub payload: String,
    /// When it was said.
    pub at: Timestamp,
    /// When it holds no more: later readers do not see it.
    pub ends_at: Option<Timestamp>,
}

impl LiveEntry {
    /// An announcement with its fields.
    #[must_use]
    pub fn announcement(data: &Value, audience: LiveAudience, at: Timestamp, ends_at: Option<Timestamp>) -> Self {
        Self { kind: LiveKind::Announcement, audience, payload: json!({ "data": data }).to_string(), at, ends_at }
    }

    /// An event with its name and fields.
    #[must_use]
    pub fn event(name: &str, data: &Value, audience: LiveAudience, at: Timestamp) -> Self {
        let payload = json!({ "event": name, "data": data }).to_string();
        Self { kind: LiveKind::Event, audience, payload, at, ends_at: None }
    }

    /// An app's configuration.
    #[must_use]
    pub fn config(data: &Value, audience: LiveAudience, at: Timestamp) -> Self {
        Self { kind: LiveKind::Config, audience, payload: json!({ "data": data }).to_string(), at, ends_at: None }
    }
}

/// An entry at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRow {
    /// The place.
    pub seq: Seq,
    /// The entry.
    pub entry: LiveEntry,
}

impl LiveRow {
    /// The frame as it goes over the wire. It is the same for everybody, so it is made once.
    #[must_use]
    pub fn frame(&self) -> String {
        let fields = self.entry.payload.strip_prefix('{').unwrap_or(&self.entry.payload);
        format!(r#"{{"type":"{}","seq":{},{fields}"#, self.entry.kind.as_str(), self.seq)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.simple(), f)
    }
}

#[cfg(test)]
mod tests;
