use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::Settings;

const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// How a program ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    pub errors: String,
}

/// The product's program, built with this package so that it is never older than the tests.
#[must_use]
pub fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a program knows where it is");
    let folders = test.ancestors().skip(1).take(2);
    let name = "cardkey-under-test";
    folders
        .map(|folder| folder.join(name))
        .find(|path| path.exists())
        .expect("cargo builds the program beside the tests")
}

/// Runs the program until it ends by itself.
pub async fn run_to_end(arguments: &[&str], settings: &Settings, folder: &Path) -> Ended {
    let mut command = command(arguments, settings, folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::time::timeout(ENDS_WITHIN, command.output()).await;
    let output = output.unwrap_or_else(|_| panic!("{arguments:?} did not end")).expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ended { code: output.status.code(), output: text(output.stdout), errors: text(output.stderr) }
}

/// The program with these settings and no other environment, at work in `folder`.
pub(super) fn command(arguments: &[&str], settings: &Settings, folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).env_clear().envs(settings.variables()).current_dir(folder);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}
