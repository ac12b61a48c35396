use cardkey_domain::{BlacklistId, BlacklistSubject, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// Something that is shut out (DEV-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlacklistEntry {
    /// Its identifier.
    pub id: BlacklistId,
    /// What is shut out.
    pub subject: BlacklistSubject,
    /// Why.
    pub reason: Text<500>,
    /// Until when; `None` for good.
    pub until: Option<Timestamp>,
    /// Who did it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it was lifted by hand; it holds no longer.
    pub lifted_at: Option<Timestamp>,
}
