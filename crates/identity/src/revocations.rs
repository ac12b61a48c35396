use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cardkey_domain::{SessionId, Timestamp};

use crate::model::{DeniedToken, EndReason, Session, TokenHash};

/// How long after its announcement an end that nobody confirmed keeps caches out of the way. A caller who went away between the commit
/// and the confirmation leaves such a one behind.
const DOUBT_LASTS: Duration = Duration::from_secs(10);
const SHARDS: usize = 16;

/// What this process knows to be revoked: asked on every request, so that nothing it ended passes here again, whatever a cache holds or
/// a read under way brings back (TOK-05). The database is the truth; this forgets with the tokens' own ends.
///
/// An end is announced before its unit of work commits and confirmed after. From the announcement on the session is read from the
/// database at each request; from the confirmation on it is refused. Whoever is answered after the confirmation cannot pass, since
/// every request looks here after it has what it goes by.
pub(crate) struct Revocations {
    sessions: Sharded<SessionId, Mark>,
    tokens: Sharded<TokenHash, Timestamp>,
    ends: AtomicU64,
}

/// What is known of a session's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is being ended: ask the database.
    InDoubt { until: Timestamp },
    /// It was ended.
    Ended { reason: EndReason, until: Timestamp },
}

impl Mark {
    fn until(self) -> Timestamp {
        match self {
            Self::InDoubt { until } | Self::Ended { until, .. } => until,
        }
    }
}

impl Revocations {
    pub(crate) fn new() -> Self {
        Self { sessions: Sharded::new(), tokens: Sharded::new(), ends: AtomicU64::new(0) }
    }

    /// Says that sessions are about to be ended.
    pub(crate) fn announce(&self, sessions: &[SessionId], now: Timestamp) {
        for id in sessions {
            let mut marks = self.sessions.shard(id);
            let mark = marks.entry(*id).or_insert(Mark::InDoubt { until: now });
            if let Mark::InDoubt { until } = mark {
                *until = now.plus(DOUBT_LASTS);
            }
        }
    }

    /// Says that they were, and that the change is durable. Kept until `until`, when none of their access tokens can live.
    pub(crate) fn confirm(&self, ended: &[Session], denied: &[DeniedToken], until: Timestamp) {
        for session in ended {
            let reason = session.revoked_reason.unwrap_or(EndReason::Revoked);
            self.sessions.shard(&session.id).insert(session.id, Mark::Ended { reason, until });
        }
        for token in denied {
            self.tokens.shard(&token.hash).insert(token.hash, token.expires_at);
        }
        if !ended.is_empty() {
            self.ends.fetch_add(1, Ordering::Release);
        }
    }

    /// How often ends were confirmed.
    pub(crate) fn ends_so_far(&self) -> u64 {
        self.ends.load(Ordering::Acquire)
    }

    pub(crate) fn mark(&self, session: SessionId, now: Timestamp) -> Option<Mark> {
        self.sessions.shard(&session).get(&session).copied().filter(|mark| now < mark.until())
    }

    pub(crate) fn denies(&self, token: TokenHash) -> bool {
        self.tokens.shard(&token).contains_key(&token)
    }

    /// Forgets what has ended anyway.
    pub(crate) fn forget(&self, now: Timestamp) {
        self.sessions.each(|marks| marks.retain(|_, mark| now < mark.until()));
        self.tokens.each(|tokens| tokens.retain(|_, until| now < *until));
    }
}

/// A map in parts, so that requests on different keys seldom meet.
pub(crate) struct Sharded<K, V> {
    shards: [Mutex<HashMap<K, V>>; SHARDS],
    hasher: RandomState,
}

impl<K: Hash + Eq, V> Sharded<K, V> {
    pub(crate) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }

    pub(crate) fn shard(&self, key: &K) -> MutexGuard<'_, HashMap<K, V>> {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        lock(&self.shards[index])
    }

    pub(crate) fn each(&self, mut act: impl FnMut(&mut HashMap<K, V>)) {
        self.shards.iter().for_each(|shard| act(&mut lock(shard)));
    }
}

/// Every change under these locks is whole at each step, so a panic elsewhere leaves nothing broken.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
