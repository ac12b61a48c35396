use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use cardkey_domain::{Id, SessionId, Timestamp, UserId};

use crate::authenticate::Standing;
use crate::model::TokenHash;
use crate::revocations::lock;

/// How long what was read may be gone by: the bound on what another node's revocation takes to be felt here (TOK-05).
const GOOD_FOR: Duration = Duration::from_secs(1);
const SHARDS: usize = 16;
/// Tokens in a shard before those past their time are swept out, and, should that not help, all of them.
const FULL: usize = 4_096;

/// What was read of a token's session and account, for a second at most. Sharded by session, so that a session is forgotten in one shard.
pub(crate) struct CallerCache {
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    entries: HashMap<TokenHash, Entry>,
    /// Counts what was forgotten: a read that began before is not kept.
    epoch: u64,
}

struct Entry {
    standing: Arc<Standing>,
    read_at: Timestamp,
}

/// The moment a read began, as the cache saw it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReadMark(u64);

impl CallerCache {
    pub(crate) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }

    /// What is known of a token, or a mark to bring back with what is read. A clock that went back makes everything unknown.
    pub(crate) fn get(&self, session: SessionId, token: TokenHash, now: Timestamp) -> Result<Arc<Standing>, ReadMark> {
        let shard = lock(self.shard(session));
        match shard.entries.get(&token) {
            Some(entry) if entry.is_good(now) => Ok(Arc::clone(&entry.standing)),
            _ => Err(ReadMark(shard.epoch)),
        }
    }

    /// Keeps what was read at `now`, unless something was forgotten since the read began.
    pub(crate) fn insert(&self, token: TokenHash, standing: Arc<Standing>, mark: ReadMark, now: Timestamp) {
        let mut shard = lock(self.shard(standing.session.id));
        if shard.epoch != mark.0 {
            return;
        }
        if shard.entries.len() >= FULL {
            shard.entries.retain(|_, entry| entry.is_good(now));
            if shard.entries.len() >= FULL {
                shard.entries.clear();
            }
        }
        shard.entries.insert(token, Entry { standing, read_at: now });
    }

    pub(crate) fn forget_sessions(&self, sessions: &[SessionId]) {
        for id in sessions {
            lock(self.shard(*id)).forget(|standing| standing.session.id == *id);
        }
    }

    pub(crate) fn forget_account(&self, user: UserId) {
        self.shards.iter().for_each(|shard| lock(shard).forget(|standing| standing.account.id == user));
    }

    pub(crate) fn forget_all(&self) {
        self.shards.iter().for_each(|shard| lock(shard).forget(|_| true));
    }

    /// The last byte of an identifier is random.
    fn shard(&self, session: SessionId) -> &Mutex<Shard> {
        &self.shards[usize::from(session.uuid().as_bytes()[15]) % SHARDS]
    }
}

impl Entry {
    fn is_good(&self, now: Timestamp) -> bool {
        self.read_at <= now && now.since(self.read_at) < GOOD_FOR
    }
}

impl Shard {
    fn forget(&mut self, whom: impl Fn(&Standing) -> bool) {
        self.epoch += 1;
        self.entries.retain(|_, entry| !whom(&entry.standing));
    }
}
