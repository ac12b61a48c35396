//! Runs a command while a throw-away PostgreSQL and MariaDB stand ready: `with-databases cargo nextest run`. The command finds them through
//! the environment; whatever becomes of it, the servers end and their folders go. Exits as the command did, or with 2 when a server is missing.
#![expect(clippy::print_stderr, reason = "a program for people")]

use std::ffi::OsStr;
use std::process::{ExitCode, ExitStatus};

use cardkey_persistence::{Database, MigrateError};
use cardkey_tests::{DatabaseServer, MARIADB_URL, POSTGRES_URL, StartError};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with-databases <command> [argument …]");
        return ExitCode::from(2);
    };
    let (postgres, mariadb) = match tokio::join!(DatabaseServer::postgres(), DatabaseServer::mariadb()) {
        (Ok(postgres), Ok(mariadb)) => (postgres, mariadb),
        (postgres, mariadb) => return refuse(postgres.err(), mariadb.err()),
    };
    for (url, server) in [(postgres.template_url(), "PostgreSQL"), (mariadb.template_url(), "MariaDB")] {
        if let Err(error) = migrate(url).await {
            eprintln!("with-databases: {server} cannot be migrated, so nothing was run: {error:?}");
            return ExitCode::from(2);
        }
    }
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_the_running_package(name)) {
        command.env_remove(name);
    }
    command.args(arguments).env(POSTGRES_URL, postgres.url()).env(MARIADB_URL, mariadb.url());
    match run(command).await {
        Ok(status) => exit_code(status),
        Err(error) => {
            eprintln!("with-databases: the command does not start: {error}");
            ExitCode::from(2)
        }
    }
}

/// `cargo run` describes this package in the environment; a cargo that inherits that builds half of the dependencies anew.
fn is_of_the_running_package(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|prefix| name.starts_with(prefix))
}

/// Says which suites did not run.
fn refuse(postgres: Option<StartError>, mariadb: Option<StartError>) -> ExitCode {
    for (suite, error) in [("PostgreSQL", postgres), ("MariaDB", mariadb)] {
        if let Some(error) = error {
            eprintln!("with-databases: the {suite} suites did not run: {error}");
        }
    }
    eprintln!("with-databases: nothing was run; `make test-embedded` runs what needs no server");
    ExitCode::from(2)
}

/// Brings the database that the tests copy up to date.
async fn migrate(url: &str) -> Result<(), MigrateError> {
    Database::connect(url, 1).await?.migrate().await.map(|_| ())
}

/// Waits for the command. A terminal's Ctrl-C reaches the command by itself, so here it is only survived; a SIGTERM ends the command.
async fn run(mut command: Command) -> std::io::Result<ExitStatus> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = command.kill_on_drop(true).spawn()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            _ = interrupt.recv() => {}
            _ = terminate.recv() => child.start_kill()?,
        }
    }
}

fn exit_code(status: ExitStatus) -> ExitCode {
    ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
