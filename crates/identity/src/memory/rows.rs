use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cardkey_domain::{RoleName, SessionId, SigningKeyId, Timestamp, UserId};
use cardkey_events::{AuditEntry, Event, Receipt};

use crate::model::{CustomRole, Lockout, LockoutBucket, RefreshToken, Session, TokenHash, TokenKeyRecord, User};

/// Everything there is.
#[derive(Default, Clone)]
pub(super) struct Rows {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) roles: BTreeMap<RoleName, CustomRole>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) refresh_tokens: HashMap<TokenHash, RefreshToken>,
    pub(super) denied: HashMap<TokenHash, Timestamp>,
    pub(super) lockouts: HashMap<LockoutBucket, (Lockout, Timestamp)>,
    pub(super) known_devices: HashSet<(UserId, [u8; 32])>,
    pub(super) signing_keys: BTreeMap<SigningKeyId, TokenKeyRecord>,
    pub(super) blacklist: BTreeSet<String>,
    pub(super) events: Vec<Event>,
    pub(super) audit_rows: Vec<AuditEntry>,
    pub(super) receipts: HashMap<(String, String), Receipt>,
}

impl Rows {
    /// Live sessions of an account, least recently active first.
    pub(super) fn live_sessions(&self, user: UserId, now: Timestamp) -> Vec<Session> {
        let mut live: Vec<_> =
            self.sessions.values().filter(|session| session.user_id == user && session.is_live(now)).cloned().collect();
        live.sort_by_key(|session| (session.last_active_at, session.id));
        live
    }
}
