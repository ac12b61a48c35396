use cardkey_identity::{RevokeSessionError, SignOutUserError};

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<RevokeSessionError> for Problem {
    fn from(error: RevokeSessionError) -> Self {
        match error {
            RevokeSessionError::NotFound => Code::SessionNotFound.into(),
            RevokeSessionError::Store(error) => error.into(),
        }
    }
}

impl From<SignOutUserError> for Problem {
    fn from(error: SignOutUserError) -> Self {
        match error {
            SignOutUserError::NotFound => Code::UserNotFound.into(),
            SignOutUserError::Store(error) => error.into(),
        }
    }
}
