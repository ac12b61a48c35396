use cardkey_licensing::ReissueError;

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
