use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::StartError;
use super::account::Account;
use crate::until;

/// Reads its standard input until whoever started it is gone – stopped, interrupted or killed –, then ends the server and removes its folder.
const KEEPER: &str = r#"signal=$1 folder=$2; shift 2
"$@" >>"$folder/log" 2>&1 & server=$!
cat >/dev/null
kill -s "$signal" "$server"; wait "$server"; rm -rf "$folder""#;

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A server that lives as long as this value, and its folder.
#[derive(Debug)]
pub(crate) struct Lifeline {
    keeper: Child,
    folder: PathBuf,
}

/// What a server needs before it starts: a folder of its own under the temporary folder, owned by the account it runs as.
#[derive(Debug)]
pub(crate) struct Cradle {
    account: Account,
    folder: TempDir,
}

impl Cradle {
    pub(crate) fn new(name: &str, account: Account) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(&format!("cardkey-{name}-")).tempdir()?;
        account.take_over(folder.path())?;
        Ok(Self { account, folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a program that prepares the folder.
    pub(crate) fn prepare<A: AsRef<OsStr>>(&self, program: &Path, arguments: &[A]) -> Result<(), StartError> {
        let output =
            self.account.command(program).args(arguments).current_dir(self.path()).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        Err(StartError::Failed(format!("{} failed: {}", program.display(), said.join("\n"))))
    }

    /// Starts the server; `signal` ends it at once.
    pub(crate) fn start<A: AsRef<OsStr>>(
        self,
        signal: &str,
        program: &Path,
        arguments: &[A],
    ) -> Result<Lifeline, StartError> {
        let mut keeper = self.account.command("/bin/sh");
        keeper.args(["-c", KEEPER, "keeper", signal]).arg(self.path()).arg(program).args(arguments);
        // A process group of its own, so that Ctrl-C in the terminal does not end the server before the tests.
        keeper.process_group(0).current_dir(self.path());
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Lifeline { keeper: keeper.spawn()?, folder: self.folder.keep() })
    }
}

impl Lifeline {
    /// Waits until `question`, asked of the server by a client program, is answered.
    pub(crate) async fn ready(self, mut question: impl FnMut() -> Command) -> Result<Self, StartError> {
        let log = self.folder.join("log");
        let answered = until("the server's first answer", READY_WITHIN, async || {
            let output = question().stdin(Stdio::null()).output();
            output.is_ok_and(|output| output.status.success()).then_some(())
        });
        match tokio::time::timeout(READY_WITHIN - Duration::from_secs(1), answered).await {
            Ok(()) => Ok(self),
            Err(_) => Err(StartError::Failed(last_lines(&fs::read_to_string(log).unwrap_or_default()))),
        }
    }
}

fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

impl Drop for Lifeline {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Nothing can be done about a keeper that cannot be waited for.
        drop(self.keeper.wait());
    }
}
