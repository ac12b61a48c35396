use cardkey_announce::NoteError;

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::NotFound => Code::AnnouncementNotFound.into(),
            NoteError::Store(error) => error.into(),
        }
    }
}
