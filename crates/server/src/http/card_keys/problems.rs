use cardkey_licensing::model::Component;
use cardkey_licensing::{ActivateError, CancelError, ChangeError, ExportError, OrderError, RevealError, VerifyError};

use crate::http::error::Code;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

/// A device that nothing identifies, with the components that were given and do not.
pub(in crate::http) fn unidentifiable(junk: &[Component]) -> Problem {
    let mut faults = Faults::default();
    junk.iter().for_each(|part| faults.note(format!("device_info.{}", part.as_str()), Fault::IdentifiesNothing));
    Problem::from(Code::DeviceUnidentifiable).with_faults(faults)
}

impl From<ActivateError> for Problem {
    fn from(error: ActivateError) -> Self {
        match error {
            ActivateError::Invalid => Code::CardKeyInvalid.into(),
            ActivateError::AlreadyBound => Code::DeviceAlreadyBound.into(),
            ActivateError::AlreadyUsed => Code::CardKeyAlreadyUsed.into(),
            ActivateError::Disabled => Code::CardKeyDisabled.into(),
            ActivateError::Blacklisted => Code::BlacklistBlocked.into(),
            ActivateError::Expired => Code::CardKeyExpired.into(),
            ActivateError::AppDisabled => Code::AppDisabled.into(),
            ActivateError::Maintenance(closed) => closed.into(),
            ActivateError::Unidentifiable { junk } => unidentifiable(&junk),
            ActivateError::TrialTaken => Code::CardKeyTrialTaken.into(),
            ActivateError::Store(error) => error.into(),
        }
    }
}

impl From<VerifyError> for Problem {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::VerdictInvalid => Code::VerdictInvalid.into(),
            VerifyError::VerdictExpired => Code::VerdictExpired.into(),
            VerifyError::Store(error) => error.into(),
        }
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NotFound => Code::CardKeyNotFound.into(),
            ChangeError::Illegal(illegal) => Self::from(Code::CardKeyIllegalState).with("state", illegal.from),
            ChangeError::State(state) => Self::from(Code::CardKeyIllegalState).with("state", state),
            ChangeError::NotExtendable => Code::CardKeyNotExtendable.into(),
            ChangeError::AccountNotFound => Code::UserNotFound.into(),
            ChangeError::SameOwner => Code::CardKeySameOwner.into(),
            ChangeError::NotBound => Code::DeviceNotBound.into(),
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::AppNotFound => Code::AppNotFound.into(),
            OrderError::Count => Faults::one("count", Fault::OutOfRange(1, 1_000_000)).into(),
            OrderError::MaxDevices => Faults::one("max_devices", Fault::OutOfRange(1, 1_000)).into(),
            OrderError::Validity => Faults::one("validity", Fault::Malformed).into(),
            OrderError::Store(error) => error.into(),
        }
    }
}

impl From<CancelError> for Problem {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::NotFound => Code::BatchNotFound.into(),
            CancelError::NotRunning => Code::BatchNotRunning.into(),
            CancelError::Store(error) => error.into(),
        }
    }
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotFound => Code::BatchNotFound.into(),
            ExportError::Store(error) => error.into(),
        }
    }
}

impl From<RevealError> for Problem {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::NotFound => Code::CardKeyNotFound.into(),
            RevealError::Store(error) => error.into(),
        }
    }
}
