use std::io::{Write, stdout};
use std::process::ExitCode;

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;
use crate::start::StartError;

pub(super) fn completions(shell: Shell) -> Result<ExitCode, StartError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "cardkey", &mut script);
    let _closed = stdout().write_all(&script);
    Ok(ExitCode::SUCCESS)
}
