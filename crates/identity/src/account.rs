//! What those who ask are shown of accounts and sessions, and what retries get again: everything but the hashes.

use std::net::IpAddr;

use cardkey_domain::{Email, RoleName, SessionId, Timestamp, UserId, UserName};
use serde::{Deserialize, Serialize};

use crate::model::{Session, SessionDevice, User, UserStatus};

/// An account without its password hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its identifier.
    pub id: UserId,
    /// The name it signs in with.
    pub name: UserName,
    /// Its address.
    pub email: Option<Email>,
    /// Whether it may act.
    pub status: UserStatus,
    /// Whether it can do nothing but change its password.
    pub must_change_password: bool,
    /// Its roles, sorted.
    pub roles: Vec<RoleName>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it last signed in.
    pub last_login_at: Option<Timestamp>,
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            status: user.status,
            must_change_password: user.must_change_password,
            roles: user.roles,
            created_at: user.created_at,
            updated_at: user.updated_at,
            last_login_at: user.last_login_at,
        }
    }
}

/// A session without its token hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedInDevice {
    /// The session's identifier.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// What signed in.
    pub device: SessionDevice,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// The place of that address, where it is known.
    pub location: Option<String>,
    /// 0 to 100.
    pub risk_score: u8,
    /// What the score comes from.
    pub risk_reasons: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_active_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub expires_at: Timestamp,
}

impl From<Session> for SignedInDevice {
    fn from(session: Session) -> Self {
        Self {
            expires_at: session.ends_at(),
            id: session.id,
            user_id: session.user_id,
            device: session.device,
            ip: session.ip,
            location: session.location,
            risk_score: session.risk_score,
            risk_reasons: session.risk_reasons,
            created_at: session.created_at,
            last_active_at: session.last_active_at,
        }
    }
}
