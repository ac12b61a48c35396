use std::process::ExitCode;

use super::terminal::say;
use crate::config::{env_example, markdown};
use crate::start::StartError;

pub(super) fn settings(as_markdown: bool) -> Result<ExitCode, StartError> {
    let text = if as_markdown { markdown() } else { env_example() };
    say(text.map_err(|error| StartError::Server(std::io::Error::other(error)))?.trim_end());
    Ok(ExitCode::SUCCESS)
}
