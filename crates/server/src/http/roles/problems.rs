use cardkey_identity::RoleError;

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::NotFound => Code::RoleNotFound.into(),
            RoleError::NameTaken => Code::RoleNameTaken.into(),
            RoleError::BuiltIn => Code::RoleBuiltIn.into(),
            RoleError::GrantsTooMuch => Code::RoleGrantsTooMuch.into(),
            RoleError::Held => Code::RoleHeld.into(),
            RoleError::Store(error) => error.into(),
        }
    }
}
