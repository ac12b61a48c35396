use cardkey_domain::{PasswordRule, RoleName};
use cardkey_identity::{CreateUserError, EditUserError};

use crate::http::auth::busy;
use crate::http::error::Code;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

impl From<CreateUserError> for Problem {
    fn from(error: CreateUserError) -> Self {
        match error {
            CreateUserError::NameTaken => Code::UserNameTaken.into(),
            CreateUserError::EmailTaken => Code::UserEmailTaken.into(),
            CreateUserError::Weak(rules) => weak("password", rules),
            CreateUserError::HashNotImportable => Faults::one("password_hash", Fault::Malformed).into(),
            CreateUserError::UnknownRole(role) => unknown_role(&role),
            CreateUserError::GrantsTooMuch => Code::RoleGrantsTooMuch.into(),
            CreateUserError::Busy(error) => busy(error),
            CreateUserError::Store(error) => error.into(),
        }
    }
}

impl From<EditUserError> for Problem {
    fn from(error: EditUserError) -> Self {
        match error {
            EditUserError::NotFound => Code::UserNotFound.into(),
            EditUserError::NameTaken => Code::UserNameTaken.into(),
            EditUserError::EmailTaken => Code::UserEmailTaken.into(),
            EditUserError::UnknownRole(role) => unknown_role(&role),
            EditUserError::GrantsTooMuch => Code::RoleGrantsTooMuch.into(),
            EditUserError::LastSuperAdmin => Code::UserLastSuperAdmin.into(),
            EditUserError::ChangedMeanwhile => Code::RequestConflict.into(),
            EditUserError::Store(error) => error.into(),
        }
    }
}

/// Each rule that a new password breaks.
pub(in crate::http) fn weak(field: &str, rules: Vec<PasswordRule>) -> Problem {
    let mut faults = Faults::default();
    rules.into_iter().for_each(|rule| faults.note(field, Fault::Password(rule)));
    faults.into()
}

fn unknown_role(role: &RoleName) -> Problem {
    Problem::from(Faults::one("roles", Fault::UnknownValue)).with("role", role)
}
