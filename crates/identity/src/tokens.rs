use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::{TokenError, base64url};
use cardkey_domain::{SessionId, Timestamp, UserId};
use cardkey_events::StoreError;
use serde::{Deserialize, Serialize};

use crate::Identity;
use crate::model::{DeniedToken, Session, TokenHash};

/// How far the clocks of two nodes may be apart before one refuses what the other just signed.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(5);

/// Which of the two tokens it is. Stands in the claims and, in its JOSE form, in the header's `typ` (RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenType {
    /// Shown with every request.
    Access,
    /// Shown to get a new pair.
    Refresh,
}

impl TokenType {
    /// The header's `typ`: RFC 9068 section 2.1 for access tokens, ours for refresh tokens.
    pub(crate) fn jose(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Refresh => "rt+jwt",
        }
    }
}

/// What a token says (RFC 7519 section 4.1, and ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who made it.
    pub iss: String,
    /// For whom it is made.
    pub aud: String,
    /// The account.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Its own identifier.
    pub jti: String,
    /// Which of the two it is.
    pub typ: TokenType,
    /// The client's identifier of the device, where it gave one.
    pub device: Option<String>,
    /// When it was made, in seconds.
    pub iat: i64,
    /// From when it is good.
    pub nbf: i64,
    /// Until when.
    pub exp: i64,
}

impl Claims {
    /// What the database knows it by.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.jti)
    }

    /// Until when it is good.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.exp)
    }

    /// Whether its time is now.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), InvalidToken> {
        if now >= self.expires_at() {
            return Err(InvalidToken::Expired);
        }
        if now.plus(CLOCK_DIFFERENCE) < Timestamp::from_seconds(self.nbf) {
            return Err(InvalidToken::Refused);
        }
        Ok(())
    }
}

/// The two tokens of a session, in clear. Kept nowhere but sealed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenPair {
    /// For requests.
    pub access_token: String,
    /// For the next pair.
    pub refresh_token: String,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the refresh token ends.
    pub refresh_expires_at: Timestamp,
}

impl fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenPair").field("access_expires_at", &self.access_expires_at).finish_non_exhaustive()
    }
}

/// Why a token is refused before anything is read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidToken {
    #[error("the token is over")]
    Expired,
    #[error("the token is not one of ours, or for another use")]
    Refused,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A token just made: its text and what the database keeps of it.
pub(crate) struct MintedToken {
    pub(crate) text: String,
    pub(crate) hash: TokenHash,
    /// Its `exp`, a whole second.
    pub(crate) expires_at: Timestamp,
    /// The end that was asked for, within that second.
    pub(crate) ends_at: Timestamp,
}

/// What tokens are made for.
pub(crate) struct Bearer<'a> {
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
    pub(crate) device: Option<&'a str>,
}

impl Identity {
    /// Makes a token that ends at `expires_at`, to the second.
    pub(crate) fn mint(
        &self,
        typ: TokenType,
        bearer: &Bearer<'_>,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> MintedToken {
        let jti = base64url(&self.ambient.bytes::<16>());
        let hash = TokenHash::of(&jti);
        let claims = Claims {
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            sub: bearer.user,
            sid: bearer.session,
            jti,
            typ,
            device: bearer.device.map(str::to_owned),
            iat: now.seconds(),
            nbf: now.seconds(),
            exp: expires_at.seconds(),
        };
        let text = self.keys.current().sign(typ.jose(), &claims);
        MintedToken { text, hash, expires_at: Timestamp::from_seconds(claims.exp), ends_at: expires_at }
    }

    /// The claims of a genuine token of the type, for us and of this time. What has become of its session is not looked at.
    pub(crate) async fn verify_token(&self, typ: TokenType, text: &str) -> Result<Claims, InvalidToken> {
        let verdict = self.keys.current().verify::<Claims>(typ.jose(), text);
        let verdict = match verdict {
            Err(TokenError::UnknownKey) if self.keys.reload_if_due().await? => {
                self.keys.current().verify(typ.jose(), text)
            }
            other => other,
        };
        let claims = verdict.map_err(|_| InvalidToken::Refused)?;
        let ours = claims.iss == self.settings.issuer && claims.aud == self.settings.audience && claims.typ == typ;
        if !ours {
            return Err(InvalidToken::Refused);
        }
        claims.check_time(self.ambient.now())?;
        Ok(claims)
    }

    /// When an access token made now ends.
    pub(crate) fn access_end(&self, session_ends_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.settings.access_lifetime).min(session_ends_at)
    }

    /// When a session refreshed now ends for want of another refresh.
    pub(crate) fn idle_end(&self, absolute_end: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.settings.refresh_lifetime).min(absolute_end)
    }

    /// When a refresh token made now ends: with the session's idle end, or with the session where it is never exchanged.
    pub(crate) fn refresh_end(&self, absolute_end: Timestamp, now: Timestamp) -> Timestamp {
        if self.settings.rotates_refresh_tokens { self.idle_end(absolute_end, now) } else { absolute_end }
    }

    /// The newest tokens of a session, with the latest moment at which they can end.
    pub(crate) fn tokens_of(&self, session: &Session, now: Timestamp) -> [DeniedToken; 2] {
        let refresh_end = if self.settings.rotates_refresh_tokens { session.idle_end } else { session.absolute_end };
        [
            DeniedToken { hash: session.access_token, expires_at: self.access_end(session.absolute_end, now) },
            DeniedToken { hash: session.refresh_token, expires_at: refresh_end },
        ]
    }
}

/// Claims that every request may share.
pub(crate) type SharedClaims = Arc<Claims>;
