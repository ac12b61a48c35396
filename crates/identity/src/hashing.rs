use std::time::Duration;

use async_trait::async_trait;
use cardkey_crypto::Verification;
use cardkey_domain::{Password, Secret};

/// Where passwords are hashed: a few threads with a short queue, so that a flood of sign-ins slows nothing else (AUTH-06).
#[async_trait]
pub trait PasswordWorker: Send + Sync {
    /// Takes a place in the queue, or refuses where none comes free soon. Nothing is hashed without a place; dropping it frees it.
    async fn admit(&self) -> Result<Box<dyn HashingPlace>, Busy>;
}

/// A place in the queue of the password worker.
#[async_trait]
pub trait HashingPlace: Send {
    /// The hash to keep of a new password.
    async fn hash(&mut self, password: &Password) -> Result<Secret<String>, Busy>;

    /// Checks a password against a kept hash; without one it takes the same time and does not match.
    async fn verify(&mut self, password: &Password, stored: Option<&Secret<String>>) -> Result<Verification, Busy>;
}

/// Too many wait already, or the worker is closing down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait to be hashed")]
pub struct Busy {
    /// When it is worth trying again.
    pub retry_after: Duration,
}
