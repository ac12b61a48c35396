use cardkey_licensing::{ConnectError, VerdictCode};

use crate::http::error::Code;
use crate::http::problem::Problem;

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::VerdictInvalid => Code::AuthTokenInvalid.into(),
            ConnectError::VerdictExpired => Code::AuthTokenExpired.into(),
            ConnectError::Refused(VerdictCode::Blacklisted) => Code::BlacklistBlocked.into(),
            ConnectError::Refused(code) => Self::from(Code::LicenceRefused).with("verdict_code", code.as_str()),
            ConnectError::Store(error) => error.into(),
        }
    }
}
