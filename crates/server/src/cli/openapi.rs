use std::process::ExitCode;

use super::terminal::say;
use crate::http::document;
use crate::start::StartError;

/// The document is the product's own, whatever the settings say: it is committed and compared.
pub(super) fn openapi() -> Result<ExitCode, StartError> {
    let json = document("Cardkey").to_pretty_json();
    say(&json.map_err(|error| StartError::Server(std::io::Error::other(error)))?);
    Ok(ExitCode::SUCCESS)
}
