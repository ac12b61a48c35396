use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// How long a retry gets the same reply.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Encrypts what is kept for a retry, since replies hold tokens.
pub trait Sealer: Send + Sync {
    /// Encrypts, bound to `context`.
    fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8>;
    /// Decrypts; `None` for anything not sealed under this context.
    fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>>;
}

/// A request that wants to be done once: its idempotency key within the caller's scope, and the digest of what it asks.
#[derive(Clone)]
pub struct Once {
    /// Who may retry it and where: caller, method and path.
    pub scope: String,
    /// The caller's key.
    pub key: String,
    /// A keyed hash of the body.
    pub request_digest: [u8; 32],
    /// Encrypts the outcome.
    pub sealer: Arc<dyn Sealer>,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("scope", &self.scope).field("key", &self.key).finish_non_exhaustive()
    }
}

impl Once {
    /// The receipt of an outcome.
    pub fn receipt<O: Serialize>(&self, outcome: &O, now: Timestamp) -> Result<Receipt, StoreError> {
        let plain = serde_json::to_vec(outcome).map_err(|error| StoreError::Backend(error.into()))?;
        Ok(Receipt {
            scope: self.scope.clone(),
            key: self.key.clone(),
            request_digest: self.request_digest,
            sealed_outcome: self.sealer.seal(&self.context(), &plain),
            kept_until: now.plus(KEPT_FOR),
        })
    }

    /// The outcome that a receipt keeps.
    pub fn outcome<O: DeserializeOwned>(&self, receipt: &Receipt) -> Result<O, StoreError> {
        let plain = self
            .sealer
            .open(&self.context(), &receipt.sealed_outcome)
            .ok_or_else(|| StoreError::damaged("a receipt that cannot be opened"))?;
        serde_json::from_slice(&plain).map_err(|error| StoreError::Backend(error.into()))
    }

    fn context(&self) -> Vec<u8> {
        format!("receipt\n{}\n{}", self.scope, self.key).into_bytes()
    }
}

/// What a use case answered, kept with its effect so that a retry gets the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Who may retry it and where.
    pub scope: String,
    /// The caller's key, unique in its scope.
    pub key: String,
    /// The keyed hash of the body: another body is another request.
    pub request_digest: [u8; 32],
    /// The outcome, encrypted.
    pub sealed_outcome: Vec<u8>,
    /// When it is forgotten.
    pub kept_until: Timestamp,
}
