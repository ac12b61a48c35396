use std::fmt;
use std::sync::Arc;

use cardkey_crypto::{LookupKey, Vault};
use cardkey_domain::{Ambient, SessionId, UserId};
use cardkey_events::{Actor, Call, StoreError};

use crate::activity::Activities;
use crate::caller_cache::CallerCache;
use crate::claims_cache::ClaimsCache;
use crate::model::{LockoutBucket, User};
use crate::revocations::Revocations;
use crate::token_keys::TokenKeys;
use crate::turns::Turns;
use crate::{PasswordWorker, Settings, Store};

/// The service: every use case is a method on it, in a file of its own. One per process, since it knows what this process revoked.
pub struct Identity {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ambient: Ambient,
    pub(crate) vault: Vault,
    pub(crate) lookup: LookupKey,
    pub(crate) passwords: Arc<dyn PasswordWorker>,
    pub(crate) settings: Settings,
    pub(crate) keys: TokenKeys,
    pub(crate) turns: Turns<LockoutBucket>,
    pub(crate) claims: ClaimsCache,
    pub(crate) callers: CallerCache,
    pub(crate) revocations: Revocations,
    pub(crate) activities: Activities,
}

/// What the service stands on.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Time and randomness.
    pub ambient: Ambient,
    /// Encrypts the seeds of signing keys and the replies kept for retries.
    pub vault: Vault,
    /// Hashes the names failures are counted by and the identifiers of known devices.
    pub lookup: LookupKey,
    /// Where passwords are hashed.
    pub passwords: Arc<dyn PasswordWorker>,
    /// What the operator chose.
    pub settings: Settings,
}

impl Identity {
    /// Opens the service: reads the keys that sign tokens, and makes them at the first start.
    pub async fn open(parts: Parts) -> Result<Self, StoreError> {
        let Parts { store, ambient, vault, lookup, passwords, settings } = parts;
        let keys = TokenKeys::open(Arc::clone(&store), ambient.clone(), vault.clone(), &settings).await?;
        Ok(Self {
            store,
            ambient,
            vault,
            lookup,
            passwords,
            settings,
            keys,
            turns: Turns::new(),
            claims: ClaimsCache::new(),
            callers: CallerCache::new(),
            revocations: Revocations::new(),
            activities: Activities::default(),
        })
    }

    /// What the operator chose.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn bucket(&self, of: &str, parts: &[&[u8]]) -> LockoutBucket {
        LockoutBucket(self.lookup.hash(of, parts))
    }

    pub(crate) fn device_hash(&self, user: UserId, device: &str) -> [u8; 32] {
        self.lookup.hash("known device", &[user.to_string().as_bytes(), device.as_bytes()])
    }
}

/// The same call, by an account that proved who it is within the call.
pub(crate) fn acting(call: &Call, user: &User, session_id: SessionId) -> Call {
    let actor = Actor::User { id: user.id, name: user.name.to_string(), session_id };
    Call { actor, ..call.clone() }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}
