//! The program `cardkey`: a file per subcommand.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where the program speaks to people")]

mod arguments;
mod audit;
mod completions;
mod doctor;
mod events;
mod migrate;
mod openapi;
mod secrets;
mod serve;
mod settings;
mod terminal;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use self::arguments::{Arguments, Command, SecretsCommand};
use crate::config::{Environment, Settings, unknown_names};
use crate::start::StartError;

/// Runs the program with the arguments of the process. 0: done; 1: it could not be done, and a line says why; 2: not a command.
#[must_use]
pub fn main() -> ExitCode {
    let outcome = match Arguments::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => with_settings(serve::serve),
        Command::Migrate(options) => with_settings(|settings| migrate::migrate(settings, &options)),
        Command::Secrets(SecretsCommand::Rotate(options)) => {
            with_settings(|settings| secrets::rotate_secrets(settings, &options))
        }
        Command::Events(command) => with_settings(|settings| events::events(settings, &command)),
        Command::Audit(command) => with_settings(|settings| audit::audit(settings, &command)),
        Command::Doctor(options) => doctor::doctor(&options),
        Command::Openapi => openapi::openapi(),
        Command::Settings { markdown } => settings::settings(markdown),
        Command::Completions { shell } => completions::completions(shell),
    };
    outcome.unwrap_or_else(|error| {
        terminal::complain(&error.in_one_line());
        ExitCode::FAILURE
    })
}

/// Reads the configuration, with remarks on what is set but not known.
fn with_settings(run: impl FnOnce(&Settings) -> Result<ExitCode, StartError>) -> Result<ExitCode, StartError> {
    let environment = environment()?;
    let settings = Settings::load(&environment)?;
    unknown_names(&environment).iter().for_each(|remark| terminal::warn(remark));
    run(&settings)
}

fn environment() -> Result<Environment, StartError> {
    Ok(Environment::read(Path::new(".env"))?)
}

/// The runtime of the process: for the database, the jobs and the signals. Requests have their own threads.
fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartError::Server)
}
