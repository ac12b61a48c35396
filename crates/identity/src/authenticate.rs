//! Who calls: from a token to an account that may act now.
//!
//! A genuine token is remembered by its text ([`crate::claims_cache`]), its session and account for a second ([`crate::caller_cache`]),
//! and [`crate::revocations`] has the last word, always after the other two.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use cardkey_domain::{Permission, RoleName, Timestamp};
use cardkey_events::{Actor, StoreError};

use crate::model::{EndReason, PermissionSet, Session, TokenHash, UserStatus};
use crate::revocations::Mark;
use crate::tokens::{Claims, InvalidToken, SharedClaims, TokenType};
use crate::{Account, Identity};

/// Somebody who is signed in and may act, as of at most a second ago.
#[derive(Clone)]
pub struct Caller {
    claims: SharedClaims,
    standing: Arc<Standing>,
}

/// A session, its account and what the account may do.
pub(crate) struct Standing {
    pub(crate) session: Session,
    pub(crate) account: Account,
    pub(crate) permissions: PermissionSet,
}

/// Why a token does not let its bearer in.
#[derive(Debug, thiserror::Error)]
pub enum NotSignedIn {
    /// Not one of ours, of another type, for another audience, altered.
    #[error("the token is not valid")]
    TokenInvalid,
    /// Its time is over.
    #[error("the token has expired")]
    TokenExpired,
    /// Its session was ended.
    #[error("the session has ended")]
    SessionEnded {
        /// Why, where that is still known.
        reason: Option<EndReason>,
    },
    /// Its account was shut off.
    #[error("the account is disabled")]
    AccountDisabled,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a caller may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// The password must be changed first.
    #[error("the password must be changed first")]
    PasswordChangeRequired,
    /// The permission is not held.
    #[error("the permission {0} is not held")]
    PermissionMissing(Permission),
}

impl Caller {
    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.standing.account
    }

    /// The session it acts in.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.standing.session
    }

    /// What it may do.
    #[must_use]
    pub fn permissions(&self) -> PermissionSet {
        self.standing.permissions
    }

    /// What its token says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Who acts, for the audit log and events.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let account = self.account();
        Actor::User { id: account.id, name: account.name.to_string(), session_id: self.session().id }
    }

    /// Whether it may do more than change its password, look at its session and sign out (AUTH-02).
    pub fn settled(&self) -> Result<(), Forbidden> {
        if self.account().must_change_password { Err(Forbidden::PasswordChangeRequired) } else { Ok(()) }
    }

    /// Whether it may use what needs the permission.
    pub fn may(&self, permission: Permission) -> Result<(), Forbidden> {
        self.settled()?;
        if self.permissions().holds(permission) { Ok(()) } else { Err(Forbidden::PermissionMissing(permission)) }
    }
}

impl Identity {
    /// Lets the bearer of an access token in, and notes from where. Any token that this process ended, and any that another ended more
    /// than a second ago, is refused with the reason.
    pub async fn authenticate(&self, token: &str, ip: Option<IpAddr>) -> Result<Caller, NotSignedIn> {
        let claims = self.access_claims(token).await?;
        let now = self.ambient.now();
        let standing = self.standing(&claims, now).await?;
        standing.check(&claims, now)?;
        self.activities.note(standing.session.id, now, ip);
        Ok(Caller { claims, standing })
    }

    async fn access_claims(&self, token: &str) -> Result<SharedClaims, NotSignedIn> {
        if let Some(claims) = self.claims.get(token) {
            claims.check_time(self.ambient.now())?;
            return Ok(claims);
        }
        let claims = self.verify_token(TokenType::Access, token).await?;
        Ok(self.claims.insert(token, claims))
    }

    async fn standing(&self, claims: &Claims, now: Timestamp) -> Result<Arc<Standing>, NotSignedIn> {
        let hash = claims.hash();
        if let Ok(standing) = self.callers.get(claims.sid, hash, now) {
            match self.revoked_here(claims, hash, now)? {
                Doubt::None => return Ok(standing),
                Doubt::EndUnderWay => {}
            }
        }
        self.read_standing(claims, hash, now).await
    }

    async fn read_standing(
        &self,
        claims: &Claims,
        hash: TokenHash,
        now: Timestamp,
    ) -> Result<Arc<Standing>, NotSignedIn> {
        let mark = self.callers.get(claims.sid, hash, now).err();
        // The denial first: a session that ends between the two reads then tells its reason.
        let is_denied = self.store.read().is_denied(hash).await?;
        let Some((session, user)) = self.store.read().session(claims.sid).await? else {
            return Err(NotSignedIn::SessionEnded { reason: None });
        };
        if is_denied {
            return Err(NotSignedIn::SessionEnded { reason: session.revoked_reason });
        }
        let permissions = self.permissions_of(&user.roles).await?;
        let standing = Arc::new(Standing { session, account: user.into(), permissions });
        // The last word, after everything that was read: an end confirmed while the read was under way is seen here.
        let doubt = self.revoked_here(claims, hash, now)?;
        if let (Doubt::None, Some(mark)) = (doubt, mark) {
            self.callers.insert(hash, Arc::clone(&standing), mark, now);
        }
        Ok(standing)
    }

    fn revoked_here(&self, claims: &Claims, hash: TokenHash, now: Timestamp) -> Result<Doubt, NotSignedIn> {
        let doubt = match self.revocations.mark(claims.sid, now) {
            Some(Mark::Ended { reason, .. }) => return Err(NotSignedIn::SessionEnded { reason: Some(reason) }),
            Some(Mark::InDoubt { .. }) => Doubt::EndUnderWay,
            None => Doubt::None,
        };
        if self.revocations.denies(hash) { Err(NotSignedIn::SessionEnded { reason: None }) } else { Ok(doubt) }
    }

    /// What roles may do together. A custom role that was deleted allows nothing.
    pub(crate) async fn permissions_of(&self, roles: &[RoleName]) -> Result<PermissionSet, StoreError> {
        let built_in = roles.iter().filter_map(RoleName::built_in_permissions).flatten();
        let mut permissions: PermissionSet = built_in.collect();
        if roles.iter().any(|role| role.built_in_permissions().is_none()) {
            let custom = self.store.read().roles().await?;
            permissions
                .extend(custom.into_iter().filter(|role| roles.contains(&role.name)).flat_map(|role| role.permissions));
        }
        Ok(permissions)
    }
}

/// Whether what a cache holds may be gone by.
enum Doubt {
    None,
    EndUnderWay,
}

impl Standing {
    fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), NotSignedIn> {
        if self.account.id != claims.sub {
            return Err(NotSignedIn::TokenInvalid);
        }
        if let Some(reason) = self.session.end_reason(now) {
            return Err(NotSignedIn::SessionEnded { reason: Some(reason) });
        }
        if self.account.status == UserStatus::Disabled { Err(NotSignedIn::AccountDisabled) } else { Ok(()) }
    }
}

impl From<InvalidToken> for NotSignedIn {
    fn from(error: InvalidToken) -> Self {
        match error {
            InvalidToken::Expired => Self::TokenExpired,
            InvalidToken::Refused => Self::TokenInvalid,
            InvalidToken::Store(error) => Self::Store(error),
        }
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Caller({} in {})", self.account().name, self.session().id)
    }
}

#[cfg(test)]
mod tests;
