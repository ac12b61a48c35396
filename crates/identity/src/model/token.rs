use cardkey_crypto::sha256;
use cardkey_domain::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};

/// SHA-256 of a token's `jti`: what the database knows of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// Of a `jti`.
    #[must_use]
    pub fn of(jti: &str) -> Self {
        Self(sha256(jti.as_bytes()))
    }
}

/// A refresh token. Its family is its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The hash of its `jti`; unique.
    pub hash: TokenHash,
    /// The session it belongs to.
    pub session_id: SessionId,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// The hash of the token it was exchanged for.
    pub successor: Option<TokenHash>,
    /// The pair it was exchanged for, encrypted, so that a retry gets the same.
    pub sealed_reply: Option<Vec<u8>>,
}

/// A token that must not be accepted any more although it has not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeniedToken {
    /// The hash of its `jti`.
    pub hash: TokenHash,
    /// When it ends anyway, and may be forgotten.
    pub expires_at: Timestamp,
}
