use cardkey_events::ReplayError;

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<ReplayError> for Problem {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::NotFound => Code::EventNotFound.into(),
            ReplayError::NotDead => Code::EventNotDead.into(),
            ReplayError::Store(error) => error.into(),
        }
    }
}
