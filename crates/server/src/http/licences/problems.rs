use cardkey_licensing::{Later, ReissueError, UnbindOwnError};

use crate::http::card_keys::unidentifiable;
use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<ReissueError> for Problem {
    fn from(error: ReissueError) -> Self {
        match error {
            ReissueError::NotFound => Code::LicenceNotFound.into(),
            ReissueError::NotBound => Code::DeviceNotBound.into(),
            ReissueError::Unidentifiable { junk } => unidentifiable(&junk),
            ReissueError::Store(error) => error.into(),
        }
    }
}

impl From<UnbindOwnError> for Problem {
    fn from(error: UnbindOwnError) -> Self {
        match error {
            UnbindOwnError::NotFound => Code::LicenceNotFound.into(),
            UnbindOwnError::NotBound => Code::DeviceNotBound.into(),
            UnbindOwnError::Forbidden => Code::LicenceUnbindForbidden.into(),
            UnbindOwnError::TooSoon(later) => not_yet(Code::LicenceUnbindTooSoon, later),
            UnbindOwnError::LimitReached(later) => not_yet(Code::LicenceUnbindLimit, later),
            UnbindOwnError::Store(error) => error.into(),
        }
    }
}

fn not_yet(code: Code, later: Later) -> Problem {
    Problem::from(code).retry_after(later.wait).with("possible_at", later.possible_at)
}
