//! Signing in with a password (AUTH-01, AUTH-05, AUTH-06).
//!
//! In this order: a place in the hashing queue or nothing; the address; one attempt of a bucket after another; the lock; the password, for
//! an unknown name against a dummy of the same cost; only then what the account's own state says, so that nothing about an account shows
//! to those who do not know its password.

use std::time::Duration;

use cardkey_domain::{BlacklistSubject, Password, Secret, SessionId, Timestamp, UserId};
use cardkey_events::{Call, Deed, Happening, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::lockout::LoginKey;
use crate::model::{EndReason, LockoutBucket, RefreshToken, Session, SessionDevice, User, UserStatus};
use crate::service::acting;
use crate::tokens::{Bearer, MintedToken, TokenPair, TokenType};
use crate::{Account, Busy, Identity, SignedInDevice, UnitOfWork};

/// What somebody shows to be let in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// A user name or an email address, as typed.
    pub login: String,
    /// The password, as typed.
    pub password: Password,
    /// What they sign in with.
    pub device: SessionDevice,
    /// The place of their address, where it is known.
    pub location: Option<String>,
}

/// A session with its tokens: what signing in and refreshing give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The tokens.
    pub tokens: TokenPair,
    /// The account.
    pub account: Account,
    /// The session.
    pub session: SignedInDevice,
}

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Too many are being let in.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The account or the address is black-listed.
    #[error("the account or the address is black-listed")]
    Blacklisted,
    /// Too many failures in a row; the same for names of nobody.
    #[error("sign-in is locked")]
    Locked {
        /// How long it stays so.
        retry_after: Duration,
    },
    /// No such account, or another password.
    #[error("the name or the password is wrong")]
    InvalidCredentials,
    /// The password is right, the account is shut off.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Lets somebody in, or says why not. Failures are counted and audited here.
    pub async fn sign_in(&self, call: &Call, attempt: SignIn) -> Result<Grant, SignInError> {
        let mut place = self.passwords.admit().await?;
        self.refuse_blacklisted_address(call).await?;
        let login = LoginKey::of(&attempt.login);
        let bucket = self.bucket_of(&login, attempt.device.id.as_deref()).await?;
        let _turn = self.turns.wait_for(bucket).await;
        self.refuse_locked(bucket).await?;

        let user = self.find(&login).await?;
        let stored = user.as_ref().map(|user| &user.password_hash);
        let verification = place.verify(&attempt.password, stored).await?;
        let user = match user {
            Some(user) if verification.matches => user,
            other => return Err(self.count_failure(call, bucket, other.as_ref()).await?),
        };
        self.refuse_shut_out(&user).await?;
        // Not worth refusing anybody for.
        let new_hash = if verification.upgrade { place.hash(&attempt.password).await.ok() } else { None };
        self.begin_session(call, bucket, user, new_hash, attempt).await
    }

    async fn begin_session(
        &self,
        call: &Call,
        bucket: LockoutBucket,
        user: User,
        new_hash: Option<Secret<String>>,
        attempt: SignIn,
    ) -> Result<Grant, SignInError> {
        let now = self.ambient.now();
        let (session, access, refresh) = self.new_session(call, &user, attempt, now);
        let known = match &session.device.id {
            Some(device) => self.store.read().knows_device(user.id, self.device_hash(user.id, device)).await?,
            None => false,
        };
        let account = Account { last_login_at: Some(now), ..user.clone().into() };
        let grant = Grant { tokens: pair(&access, &refresh), account, session: session.clone().into() };

        self.settle_activity(user.id, now).await?;
        let mut work = self.store.begin().await?;
        if !work.users().note_login(user.id, user.password_changed_at, now).await? {
            drop(work);
            return Err(self.changed_meanwhile(user.id).await?);
        }
        if !work.lockouts().clear(bucket, now).await? {
            drop(work);
            return Err(self.locked(bucket, now).await?);
        }
        if let Some(hash) = &new_hash {
            work.users().upgrade_hash(user.id, user.password_hash.expose(), hash.expose()).await?;
        }
        let surplus = self.surplus_sessions(&mut *work, user.id, now).await?;
        let ending = self.end_sessions(&mut *work, &surplus, EndReason::Superseded, now).await?;
        work.sessions().insert(&session).await?;
        work.refresh_tokens().insert(&refresh_token(session.id, &refresh, now)).await?;
        if let Some(device) = &session.device.id {
            work.lockouts().know_device(user.id, self.device_hash(user.id, device), now).await?;
        }
        let call_of_user = acting(call, &user, session.id);
        let deed = Deed::done("user.login").to("session", session.id).with("new_device", !known);
        let mut happenings =
            vec![Happening::UserLogin { user_id: user.id, session_id: session.id, new_device: !known }];
        if !ending.sessions.is_empty() {
            let reason = EndReason::Superseded.to_string();
            happenings.push(Happening::SessionEnded { user_id: user.id, session_ids: ending.ids(), reason });
        }
        record(&mut *work, &self.ambient, &call_of_user, deed.with("superseded", ending.ids()), happenings).await?;
        self.finish_ending(call, work, &ending, &grant, now).await?;
        Ok(grant)
    }

    fn new_session(
        &self,
        call: &Call,
        user: &User,
        attempt: SignIn,
        now: Timestamp,
    ) -> (Session, MintedToken, MintedToken) {
        let id: SessionId = self.ambient.id();
        let absolute_end = now.plus(self.settings.session_lifetime);
        let idle_end = self.idle_end(absolute_end, now);
        let bearer = Bearer { user: user.id, session: id, device: attempt.device.id.as_deref() };
        let access = self.mint(TokenType::Access, &bearer, now, self.access_end(absolute_end, now));
        let refresh = self.mint(TokenType::Refresh, &bearer, now, self.refresh_end(absolute_end, now));
        let session = Session {
            id,
            user_id: user.id,
            access_token: access.hash,
            refresh_token: refresh.hash,
            device: attempt.device,
            ip: call.ip,
            location: attempt.location,
            created_at: now,
            last_active_at: now,
            idle_end,
            absolute_end,
            revoked_at: None,
            revoked_reason: None,
            risk_score: 0,
            risk_reasons: Vec::new(),
        };
        (session, access, refresh)
    }

    /// Where a session is about to end for being the least recently active, what is known of their use is written down first, so that the
    /// database says the same as the choice. What happens from here on is corrected for in the unit of work.
    async fn settle_activity(&self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        let live = self.store.read().live_sessions(user, now).await?;
        if live.len() < self.settings.sessions_per_user as usize {
            return Ok(());
        }
        self.flush_activity_of(&live).await
    }

    /// The least recently active sessions that must make room for one more (SES-03).
    async fn surplus_sessions(
        &self,
        work: &mut dyn UnitOfWork,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut live = work.sessions().live_of(user, now).await?;
        self.activities.correct(&mut live);
        live.sort_by_key(|session| (session.last_active_at, session.id));
        let room = self.settings.sessions_per_user.saturating_sub(1) as usize;
        let surplus = live.len().saturating_sub(room);
        Ok(live.into_iter().take(surplus).map(|session| session.id).collect())
    }

    async fn refuse_blacklisted_address(&self, call: &Call) -> Result<(), SignInError> {
        let Some(ip) = call.ip else { return Ok(()) };
        let networks = BlacklistSubject::networks_of(ip);
        let listed = self.store.read().is_blacklisted(&networks, self.ambient.now()).await?;
        if listed { Err(SignInError::Blacklisted) } else { Ok(()) }
    }

    async fn refuse_shut_out(&self, user: &User) -> Result<(), SignInError> {
        if user.status == UserStatus::Disabled {
            return Err(SignInError::AccountDisabled);
        }
        let listed = self.account_is_blacklisted(user.id).await?;
        if listed { Err(SignInError::Blacklisted) } else { Ok(()) }
    }

    pub(crate) async fn account_is_blacklisted(&self, user: UserId) -> Result<bool, StoreError> {
        let subject = BlacklistSubject::Account(user);
        self.store.read().is_blacklisted(&[subject], self.ambient.now()).await
    }

    async fn refuse_locked(&self, bucket: LockoutBucket) -> Result<(), SignInError> {
        match self.lock_left(bucket, self.ambient.now()).await? {
            Some(retry_after) => Err(SignInError::Locked { retry_after }),
            None => Ok(()),
        }
    }

    async fn locked(&self, bucket: LockoutBucket, now: Timestamp) -> Result<SignInError, StoreError> {
        let retry_after = self.lock_left(bucket, now).await?.unwrap_or(self.settings.lock_lifetime);
        Ok(SignInError::Locked { retry_after })
    }

    /// The account was shut off or given another password while this one was checked.
    async fn changed_meanwhile(&self, id: UserId) -> Result<SignInError, StoreError> {
        let user = self.store.read().user(id).await?;
        let disabled = user.is_some_and(|user| user.status == UserStatus::Disabled);
        Ok(if disabled { SignInError::AccountDisabled } else { SignInError::InvalidCredentials })
    }
}

pub(crate) fn pair(access: &MintedToken, refresh: &MintedToken) -> TokenPair {
    TokenPair {
        access_token: access.text.clone(),
        refresh_token: refresh.text.clone(),
        access_expires_at: access.ends_at,
        refresh_expires_at: refresh.expires_at,
    }
}

pub(crate) fn refresh_token(session_id: SessionId, minted: &MintedToken, now: Timestamp) -> RefreshToken {
    RefreshToken {
        hash: minted.hash,
        session_id,
        issued_at: now,
        expires_at: minted.expires_at,
        used_at: None,
        successor: None,
        sealed_reply: None,
    }
}

#[cfg(test)]
mod tests;
