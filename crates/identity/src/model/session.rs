use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use cardkey_domain::{SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::TokenHash;

/// A signed-in device of an account, and the family of its refresh tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier, the `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// The hash of the newest access token's `jti`.
    pub access_token: TokenHash,
    /// The hash of the newest refresh token's `jti`.
    pub refresh_token: TokenHash,
    /// What signed in.
    pub device: SessionDevice,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// The place of that address, where it is known.
    pub location: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, at most a few seconds old.
    pub last_active_at: Timestamp,
    /// When it ends unless it is refreshed.
    pub idle_end: Timestamp,
    /// When it ends in any case.
    pub absolute_end: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoked_reason: Option<EndReason>,
    /// 0 to 100.
    pub risk_score: u8,
    /// What the score comes from.
    pub risk_reasons: Vec<String>,
}

/// What signed in, as it told of itself and as its user agent tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDevice {
    /// The client's own identifier of the device, at most 128 characters.
    pub id: Option<String>,
    /// Its name, at most 100 characters.
    pub name: Option<String>,
    /// Desktop, mobile, …, at most 32 characters.
    pub kind: Option<String>,
    /// The User-Agent header, cut to 255 characters.
    pub user_agent: Option<String>,
    /// The browser or program.
    pub browser: Option<String>,
    /// The operating system.
    pub os: Option<String>,
}

impl Session {
    /// Whether it may be used at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.end_reason(now).is_none()
    }

    /// Why it may not be used at `now`; `None` while it may.
    pub fn end_reason(&self, now: Timestamp) -> Option<EndReason> {
        if self.revoked_at.is_some() {
            return Some(self.revoked_reason.unwrap_or(EndReason::Revoked));
        }
        self.overdue(now)
    }

    /// Which of its two ends has come, the earlier one first.
    pub fn overdue(&self, now: Timestamp) -> Option<EndReason> {
        if now < self.ends_at() {
            return None;
        }
        Some(if self.idle_end < self.absolute_end { EndReason::IdleTimeout } else { EndReason::AbsoluteTimeout })
    }

    /// When it ends unless it is refreshed.
    pub fn ends_at(&self) -> Timestamp {
        self.idle_end.min(self.absolute_end)
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its user signed out.
    Logout,
    /// Its user signed out everywhere.
    LogoutAll,
    /// Its user, or an operator, ended it from elsewhere.
    Revoked,
    /// A newer session took its place.
    Superseded,
    /// It was not refreshed in time.
    IdleTimeout,
    /// Its time was over.
    AbsoluteTimeout,
    /// The password was changed.
    PasswordChanged,
    /// The account was disabled.
    AccountDisabled,
    /// A used refresh token came again.
    TokenReuse,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Logout,
        Self::LogoutAll,
        Self::Revoked,
        Self::Superseded,
        Self::IdleTimeout,
        Self::AbsoluteTimeout,
        Self::PasswordChanged,
        Self::AccountDisabled,
        Self::TokenReuse,
    ];

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::LogoutAll => "logout_all",
            Self::Revoked => "revoked",
            Self::Superseded => "superseded",
            Self::IdleTimeout => "idle_timeout",
            Self::AbsoluteTimeout => "absolute_timeout",
            Self::PasswordChanged => "password_changed",
            Self::AccountDisabled => "account_disabled",
            Self::TokenReuse => "token_reuse",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EndReason {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(())
    }
}
