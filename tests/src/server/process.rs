use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};

use super::Settings;
use super::program::command;
use crate::api::Api;
use crate::{Backend, Database, until};

const READY_WITHIN: Duration = Duration::from_secs(60);
const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// A running server. It is killed when this value is dropped, and its data goes with it.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    settings: Settings,
    folder: TempDir,
    _output: Lines<BufReader<ChildStdout>>,
    database: Database,
}

/// A second node: another process on the database of a [`Server`], with the same settings. It is killed when this value is dropped.
#[derive(Debug)]
pub struct Node {
    port: u16,
    _child: Child,
    _output: Lines<BufReader<ChildStdout>>,
}

impl Node {
    /// Somebody who calls it and is not signed in.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::at(self.port)
    }
}

impl Server {
    /// Starts a server with the usual settings on an empty database and waits until it is ready.
    pub async fn on(database: Database) -> Self {
        Settings::default().start(database).await
    }

    pub(super) async fn start(database: Database, settings: Settings) -> Self {
        let folder = tempfile::Builder::new().prefix("cardkey-server-").tempdir().expect("a temporary folder");
        let settings = match database.backend() {
            Backend::Sqlite => settings,
            Backend::Postgres | Backend::MariaDb => settings.set("DATABASE_URL", database.url()),
        };
        let settings = settings.set("DATA_DIR", folder.path().join("data").to_string_lossy());
        let (child, port, output) = launch(&settings, folder.path()).await;
        Self { child, port, settings, folder, _output: output, database }
    }

    /// Starts a second node beside it. A SQLite file has one.
    ///
    /// # Panics
    /// When the database is a file.
    pub async fn beside(&self) -> Node {
        assert_ne!(self.database.backend(), Backend::Sqlite, "a SQLite file has one node");
        let (child, port, output) = launch(&self.settings, self.folder.path()).await;
        Node { port, _child: child, _output: output }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("the server runs")
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its settings, with the database and the data folder it was given.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log(self.folder.path())).expect("the server's log")
    }

    /// Runs a statement on its database, as somebody who sits at it. On SQLite it must not run.
    pub fn execute(&self, sql: &str) {
        let _rows = self.read(sql);
    }

    /// Asks its database for a text.
    #[must_use]
    pub fn read(&self, sql: &str) -> String {
        self.database.execute(sql, &self.data().join("cardkey.db")).trim().to_owned()
    }

    /// Takes its database away while it runs.
    pub fn lose_database(&self) {
        self.database.take_away();
    }

    /// Somebody who calls it and is not signed in.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::at(self.port)
    }

    /// Ends it without a warning, as a crash does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server can be killed");
    }

    /// Asks it to end, and waits until it has.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.ask_to_end();
        let ended = tokio::time::timeout(ENDS_WITHIN, self.child.wait()).await;
        ended.expect("the server ends when asked to").expect("the server's end is known")
    }

    /// Asks it to end.
    pub fn ask_to_end(&self) {
        let id = i32::try_from(self.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(id, Signal::TERM).expect("the server can be told to end");
    }

    /// Starts it again on the same data, with the settings as `change` leaves them.
    pub async fn start_again_with(&mut self, change: impl FnOnce(Settings) -> Settings) {
        self.settings = change(self.settings.clone());
        (self.child, self.port, self._output) = launch(&self.settings, self.folder.path()).await;
    }

    /// Starts it again on the same data.
    pub async fn start_again(&mut self) {
        self.start_again_with(|settings| settings).await;
    }
}

/// Starts the process, learns its port from the line it prints, and waits for `/readyz`.
async fn launch(settings: &Settings, folder: &Path) -> (Child, u16, Lines<BufReader<ChildStdout>>) {
    let errors = File::options().create(true).append(true).open(log(folder)).expect("a log file");
    let mut command = command(&["serve"], settings, folder);
    let mut child = command.stdout(Stdio::piped()).stderr(errors).spawn().expect("the program starts");
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
    let said = || fs::read_to_string(log(folder)).unwrap_or_default();
    let port = tokio::time::timeout(READY_WITHIN, announced_port(&mut output)).await;
    let port = port.ok().flatten().unwrap_or_else(|| panic!("the server did not say where it listens: {}", said()));
    let api = Api::at(port);
    until("the server to be ready", READY_WITHIN, async || {
        let ready = api.get("/readyz").try_send().await;
        ready.is_some_and(|reply| reply.status() == 200).then_some(())
    })
    .await;
    (child, port, output)
}

async fn announced_port(output: &mut Lines<BufReader<ChildStdout>>) -> Option<u16> {
    while let Ok(Some(line)) = output.next_line().await {
        let after = line.split_once("http://").and_then(|(_, rest)| rest.split_once(':'));
        let digits: String = after.map_or("", |(_, rest)| rest).chars().take_while(char::is_ascii_digit).collect();
        if let Ok(port) = digits.parse() {
            return Some(port);
        }
    }
    None
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}
