use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use cardkey_domain::{Email, RoleName, Secret, Timestamp, UserId, UserName};
use cardkey_events::{Auditable, Fact};
use serde::{Deserialize, Serialize};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its identifier, the `sub` of its tokens.
    pub id: UserId,
    /// The name it signs in with; unique without regard to case.
    pub name: UserName,
    /// Its address, with which it may sign in too; unique without regard to case.
    pub email: Option<Email>,
    /// The password, hashed.
    pub password_hash: Secret<String>,
    /// Whether it may act.
    pub status: UserStatus,
    /// Whether it can do nothing but change its password.
    pub must_change_password: bool,
    /// Its roles, sorted.
    pub roles: Vec<RoleName>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed; the version of conditional writes.
    pub updated_at: Timestamp,
    /// When it last signed in.
    pub last_login_at: Option<Timestamp>,
    /// When its password was last changed.
    pub password_changed_at: Timestamp,
}

impl User {
    /// The account as changed now. Its version always moves on, even within one microsecond.
    #[must_use]
    pub fn changed_at(self, now: Timestamp) -> Self {
        Self { updated_at: after(self.updated_at, now), ..self }
    }

    /// The account with a password given now.
    #[must_use]
    pub fn with_new_password_at(self, now: Timestamp) -> Self {
        Self { password_changed_at: after(self.password_changed_at, now), ..self.changed_at(now) }
    }

    /// Whether it counts among the super administrators that can act.
    #[must_use]
    pub fn is_acting_super_admin(&self) -> bool {
        self.status == UserStatus::Active && self.roles.contains(&RoleName::super_admin())
    }
}

fn after(before: Timestamp, now: Timestamp) -> Timestamp {
    now.max(before.plus(Duration::from_micros(1)))
}

/// Whether an account may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// It may.
    Active,
    /// An operator shut it off.
    Disabled,
}

impl UserStatus {
    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl Auditable for UserStatus {
    fn fact(&self) -> Fact {
        Fact::word(self.as_str())
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for UserStatus {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Disabled].into_iter().find(|status| status.as_str() == text).ok_or(())
    }
}
