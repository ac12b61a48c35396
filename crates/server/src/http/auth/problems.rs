use std::time::Duration;

use cardkey_identity::{Busy, NotSignedIn, RefreshError, SignInError};

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<SignInError> for Problem {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Busy(error) => busy(error),
            SignInError::Blacklisted => Code::BlacklistBlocked.into(),
            SignInError::Locked { retry_after } => locked(retry_after),
            SignInError::InvalidCredentials => Self::from(Code::AuthInvalidCredentials).recorded(),
            SignInError::AccountDisabled => Code::AuthAccountDisabled.into(),
            SignInError::Store(error) => error.into(),
        }
    }
}

impl From<RefreshError> for Problem {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::TokenInvalid => NotSignedIn::TokenInvalid.into(),
            RefreshError::TokenExpired => NotSignedIn::TokenExpired.into(),
            RefreshError::SessionEnded { reason } => NotSignedIn::SessionEnded { reason }.into(),
            RefreshError::Reused => Self::from(Code::AuthTokenReused).recorded(),
            RefreshError::AccountDisabled => Code::AuthAccountDisabled.into(),
            RefreshError::Blacklisted => Code::BlacklistBlocked.into(),
            RefreshError::Store(error) => error.into(),
        }
    }
}

/// Says how long is left, in the header and in the document.
pub(super) fn locked(retry_after: Duration) -> Problem {
    let seconds = retry_after.as_micros().div_ceil(1_000_000);
    Problem::from(Code::AuthLocked)
        .retry_after(retry_after)
        .with("retry_after_seconds", u64::try_from(seconds).unwrap_or(u64::MAX))
        .detail(format!("请在 {seconds} 秒后再试"), format!("Try again in {seconds} seconds"))
}

pub(in crate::http) fn busy(error: Busy) -> Problem {
    Problem::from(Code::AuthBusy).retry_after(error.retry_after)
}
