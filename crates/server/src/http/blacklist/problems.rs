use cardkey_licensing::{LiftError, ShutOutError};

use crate::http::error::Code;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

impl From<ShutOutError> for Problem {
    fn from(error: ShutOutError) -> Self {
        match error {
            ShutOutError::EndPassed => Faults::one("until", Fault::TimePassed).into(),
            ShutOutError::Store(error) => error.into(),
        }
    }
}

impl From<LiftError> for Problem {
    fn from(error: LiftError) -> Self {
        match error {
            LiftError::NotFound => Code::BlacklistNotFound.into(),
            LiftError::AlreadyLifted => Code::BlacklistAlreadyLifted.into(),
            LiftError::Store(error) => error.into(),
        }
    }
}
