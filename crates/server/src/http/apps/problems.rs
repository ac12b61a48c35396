use cardkey_licensing::{AppError, MaintenanceError, UnderMaintenance};

use crate::http::error::Code;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::NotFound => Code::AppNotFound.into(),
            AppError::Policy(field) => Faults::one(field, bounds(field)).into(),
            AppError::Store(error) => error.into(),
        }
    }
}

impl From<MaintenanceError> for Problem {
    fn from(error: MaintenanceError) -> Self {
        match error {
            MaintenanceError::NotFound => Code::AppNotFound.into(),
            MaintenanceError::EndPassed => Faults::one("until", Fault::TimePassed).into(),
            MaintenanceError::Store(error) => error.into(),
        }
    }
}

/// In the operator's own words, where there are any.
impl From<UnderMaintenance> for Problem {
    fn from(closed: UnderMaintenance) -> Self {
        let until = closed.until.map(|until| until.to_string());
        let problem = Self::from(Code::AppMaintenance).retry_after(closed.retry_after).with("until", until);
        match closed.message {
            Some(message) => problem.detail(message.as_str(), message.as_str()),
            None => problem,
        }
    }
}

fn bounds(field: &str) -> Fault {
    match field {
        "policy.lease_hours" => Fault::OutOfRange(1, 8_760),
        "policy.max_devices" => Fault::OutOfRange(1, 1_000),
        _ => Fault::Malformed,
    }
}
