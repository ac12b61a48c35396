//! A new pair of tokens for a refresh token (TOK-03, TOK-04).
//!
//! A refresh token is exchanged once, by a conditional write. Whoever loses the race, or comes again within 30 s because the reply was
//! lost, gets the very pair of the winner, as long as the successor was not used itself. Whoever comes later shows that two hold the
//! token: the session is ended (RFC 9700 section 4.14.2).

use std::time::Duration;

use cardkey_crypto::hex;
use cardkey_domain::{SessionId, Timestamp};
use cardkey_events::{AuditLevel, Call, Deed, Happening, StoreError, record};

use crate::model::{EndReason, RefreshToken, Session, TokenHash, User, UserStatus};
use crate::revocations::Mark;
use crate::service::acting;
use crate::sign_in::{pair, refresh_token};
use crate::tokens::{Bearer, InvalidToken, TokenPair, TokenType};
use crate::{Grant, Identity};

/// How long a retry gets the same successor.
const GRACE: Duration = Duration::from_secs(30);

/// Why there is no new pair.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// Not a refresh token of ours.
    #[error("the refresh token is not valid")]
    TokenInvalid,
    /// Its time is over.
    #[error("the refresh token has expired")]
    TokenExpired,
    /// Its session was ended.
    #[error("the session has ended")]
    SessionEnded {
        /// Why, where that is still known.
        reason: Option<EndReason>,
    },
    /// It was used before; its session is ended now.
    #[error("the refresh token was used before")]
    Reused,
    /// The account was shut off.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The account is black-listed.
    #[error("the account is black-listed")]
    Blacklisted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A refresh token shown, with the session and the account it belongs to.
struct Shown {
    hash: TokenHash,
    text: String,
    expires_at: Timestamp,
    session: Session,
    user: User,
}

impl Identity {
    /// Exchanges a refresh token for a new pair.
    pub async fn refresh(&self, call: &Call, token: &str) -> Result<Grant, RefreshError> {
        let shown = self.shown(token).await?;
        let call = &acting(call, &shown.user, shown.session.id);
        let known = self.known(&shown).await?;
        if let Some(used_at) = known.used_at {
            return self.come_again(call, shown, &known, used_at).await;
        }
        if self.settings.rotates_refresh_tokens {
            self.rotate(call, shown).await
        } else {
            self.slide(call, shown).await
        }
    }

    async fn shown(&self, token: &str) -> Result<Shown, RefreshError> {
        let claims = self.verify_token(TokenType::Refresh, token).await?;
        let now = self.ambient.now();
        let ended = |reason| RefreshError::SessionEnded { reason };
        let (session, user) = self.store.read().session(claims.sid).await?.ok_or(ended(None))?;
        if user.id != claims.sub {
            return Err(RefreshError::TokenInvalid);
        }
        if let Some(reason) = session.end_reason(now) {
            return Err(ended(Some(reason)));
        }
        if let Some(Mark::Ended { reason, .. }) = self.revocations.mark(session.id, now) {
            return Err(ended(Some(reason)));
        }
        if self.store.read().is_denied(claims.hash()).await? {
            return Err(ended(None));
        }
        if user.status == UserStatus::Disabled {
            return Err(RefreshError::AccountDisabled);
        }
        if self.account_is_blacklisted(user.id).await? {
            return Err(RefreshError::Blacklisted);
        }
        Ok(Shown { hash: claims.hash(), text: token.to_owned(), expires_at: claims.expires_at(), session, user })
    }

    async fn known(&self, shown: &Shown) -> Result<RefreshToken, RefreshError> {
        let known = self.store.read().refresh_token(shown.hash).await?;
        known.filter(|known| known.session_id == shown.session.id).ok_or(RefreshError::TokenInvalid)
    }

    async fn rotate(&self, call: &Call, shown: Shown) -> Result<Grant, RefreshError> {
        let now = self.ambient.now();
        let Session { id, absolute_end, .. } = shown.session;
        let idle_end = self.idle_end(absolute_end, now);
        let bearer = bearer(&shown);
        let access = self.mint(TokenType::Access, &bearer, now, self.access_end(absolute_end, now));
        let refresh = self.mint(TokenType::Refresh, &bearer, now, idle_end);
        let tokens = pair(&access, &refresh);
        let sealed_reply = self.seal_reply(shown.hash, &tokens)?;
        let session = Session {
            access_token: access.hash,
            refresh_token: refresh.hash,
            idle_end,
            last_active_at: now,
            ..shown.session.clone()
        };

        let mut work = self.store.begin().await?;
        work.refresh_tokens().insert(&refresh_token(id, &refresh, now)).await?;
        if !work.refresh_tokens().exchange(shown.hash, refresh.hash, &sealed_reply, now).await? {
            drop(work);
            let known = self.known(&shown).await?;
            let used_at = known.used_at.ok_or(RefreshError::TokenInvalid)?;
            return self.come_again(call, shown, &known, used_at).await;
        }
        if !work.sessions().refreshed(id, access.hash, refresh.hash, idle_end, now).await? {
            drop(work);
            return Err(self.ended_meanwhile(id).await?);
        }
        let deed = Deed::done("session.refresh").to("session", id);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        let grant = Grant { tokens, account: shown.user.into(), session: session.into() };
        call.finish(work, &grant, now).await?;
        self.callers.forget_sessions(&[id]);
        Ok(grant)
    }

    /// Without rotation: another access token, a later idle end, the same refresh token.
    async fn slide(&self, call: &Call, shown: Shown) -> Result<Grant, RefreshError> {
        let now = self.ambient.now();
        let Session { id, absolute_end, .. } = shown.session;
        let idle_end = self.idle_end(absolute_end, now);
        let access = self.mint(TokenType::Access, &bearer(&shown), now, self.access_end(absolute_end, now));
        let session = Session { access_token: access.hash, idle_end, last_active_at: now, ..shown.session };

        let mut work = self.store.begin().await?;
        if !work.sessions().refreshed(id, access.hash, shown.hash, idle_end, now).await? {
            drop(work);
            return Err(self.ended_meanwhile(id).await?);
        }
        let deed = Deed::done("session.refresh").to("session", id).with("rotated", false);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        let tokens = TokenPair {
            access_token: access.text,
            refresh_token: shown.text,
            access_expires_at: access.ends_at,
            refresh_expires_at: shown.expires_at,
        };
        let grant = Grant { tokens, account: shown.user.into(), session: session.into() };
        call.finish(work, &grant, now).await?;
        self.callers.forget_sessions(&[id]);
        Ok(grant)
    }

    /// A token that was exchanged already: a lost reply, or a thief.
    async fn come_again(
        &self,
        call: &Call,
        shown: Shown,
        known: &RefreshToken,
        used_at: Timestamp,
    ) -> Result<Grant, RefreshError> {
        let in_time = self.ambient.now() < used_at.plus(GRACE);
        if let (true, Some(sealed), Some(successor)) = (in_time, &known.sealed_reply, known.successor) {
            let successor = self.store.read().refresh_token(successor).await?;
            if successor.is_some_and(|successor| successor.used_at.is_none()) {
                let tokens = self.open_reply(shown.hash, sealed)?;
                return Ok(Grant { tokens, account: shown.user.into(), session: shown.session.into() });
            }
        }
        self.revoke_family(call, &shown).await?;
        Err(RefreshError::Reused)
    }

    async fn revoke_family(&self, call: &Call, shown: &Shown) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let (user_id, session_id) = (shown.user.id, shown.session.id);
        let mut work = self.store.begin().await?;
        let ending = self.end_sessions(&mut *work, &[session_id], EndReason::TokenReuse, now).await?;
        let deed = Deed::refused("session.refresh", "auth.token_reused")
            .at_level(AuditLevel::Critical)
            .to("session", session_id)
            .with("session_ended", !ending.sessions.is_empty());
        record(&mut *work, &self.ambient, call, deed, vec![Happening::SessionTokenReuse { user_id, session_id }])
            .await?;
        work.commit().await?;
        self.confirm(&ending, now);
        Ok(())
    }

    async fn ended_meanwhile(&self, id: SessionId) -> Result<RefreshError, StoreError> {
        let session = self.store.read().session(id).await?;
        let reason = session.and_then(|(session, _)| session.end_reason(self.ambient.now()));
        Ok(RefreshError::SessionEnded { reason })
    }

    fn seal_reply(&self, exchanged: TokenHash, tokens: &TokenPair) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(tokens).map_err(|error| StoreError::Backend(error.into()))?;
        Ok(self.vault.seal(&reply_context(exchanged), &plain))
    }

    fn open_reply(&self, exchanged: TokenHash, sealed: &[u8]) -> Result<TokenPair, StoreError> {
        let plain =
            self.vault.open(&reply_context(exchanged), sealed).map_err(|error| StoreError::Backend(error.into()))?;
        serde_json::from_slice(plain.expose()).map_err(|error| StoreError::Backend(error.into()))
    }
}

fn bearer(shown: &Shown) -> Bearer<'_> {
    Bearer { user: shown.user.id, session: shown.session.id, device: shown.session.device.id.as_deref() }
}

fn reply_context(exchanged: TokenHash) -> Vec<u8> {
    format!("refresh_tokens.sealed_reply:{}", hex(&exchanged.0)).into_bytes()
}

impl From<InvalidToken> for RefreshError {
    fn from(error: InvalidToken) -> Self {
        match error {
            InvalidToken::Expired => Self::TokenExpired,
            InvalidToken::Refused => Self::TokenInvalid,
            InvalidToken::Store(error) => Self::Store(error),
        }
    }
}

#[cfg(test)]
mod tests;
