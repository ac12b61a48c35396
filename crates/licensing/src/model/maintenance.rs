use cardkey_domain::{EventId, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// Work on an app, under way or to come. While it is under way nobody new signs in to the app or redeems a card key of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Its identifier, by which its events and its announcement hang together.
    pub id: EventId,
    /// What its users are told.
    pub message: Option<Text<1_000>>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends by itself.
    pub ends_at: Option<Timestamp>,
    /// When its beginning was told; `None` while it is to come.
    pub started_at: Option<Timestamp>,
}

impl Maintenance {
    /// Whether it is under way at `now`, however late the job that tells so.
    #[must_use]
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.starts_at <= now && self.ends_at.is_none_or(|end| now < end)
    }
}
