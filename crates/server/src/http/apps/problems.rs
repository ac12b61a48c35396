use cardkey_licensing::AppError;

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

fn bounds(field: &str) -> Fault {
    match field {
        "policy.lease_hours" => Fault::OutOfRange(1, 8_760),
        "policy.max_devices" => Fault::OutOfRange(1, 1_000),
        _ => Fault::Malformed,
    }
}
