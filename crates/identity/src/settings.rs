use std::time::Duration;

use cardkey_domain::Secret;

/// What an operator may choose about signing in. The defaults are the product's.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The `iss` of tokens.
    pub issuer: String,
    /// The `aud` of tokens.
    pub audience: String,
    /// How tokens are signed.
    pub signing: TokenSigning,
    /// How long an access token is good.
    pub access_lifetime: Duration,
    /// How long a session lives without a refresh.
    pub refresh_lifetime: Duration,
    /// How long a session lives in any case.
    pub session_lifetime: Duration,
    /// Whether a refresh gives a new refresh token. Without, it only moves the session's idle end (TOK-04).
    pub rotates_refresh_tokens: bool,
    /// How many sessions of an account may live at once.
    pub sessions_per_user: u32,
    /// How many failures in a row lock.
    pub failures_to_lock: u32,
    /// For how long.
    pub lock_lifetime: Duration,
}

/// How tokens are signed.
#[derive(Debug, Clone)]
pub enum TokenSigning {
    /// With Ed25519 keys that are published, kept in the store and rotated.
    EdDsa,
    /// With a shared secret; nothing is published.
    Hs256(Secret<Vec<u8>>),
}

impl Default for Settings {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        Self {
            issuer: "cardkey".to_owned(),
            audience: "cardkey".to_owned(),
            signing: TokenSigning::EdDsa,
            access_lifetime: Duration::from_secs(120 * MINUTE),
            refresh_lifetime: Duration::from_secs(7 * DAY),
            session_lifetime: Duration::from_secs(30 * DAY),
            rotates_refresh_tokens: true,
            sessions_per_user: 3,
            failures_to_lock: 5,
            lock_lifetime: Duration::from_secs(30 * MINUTE),
        }
    }
}
