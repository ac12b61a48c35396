use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cardkey_tests::free_port;
use tempfile::TempDir;

use crate::http::{Connection, request};
use crate::process::{CpuTime, Memory, terminate};

/// The administrator of every server here.
pub(crate) const ADMIN_PASSWORD: &str = "Bench-mark-1-password";

const READY_WITHIN: Duration = Duration::from_secs(60);

/// A running server with a data folder of its own, in production mode, with the defaults for everything that costs time.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    /// From starting the process to its first 200 at `/readyz`.
    pub(crate) ready_after: Duration,
    settings: Settings,
    _folder: TempDir,
}

#[derive(Debug, Clone)]
struct Settings {
    program: PathBuf,
    variables: Vec<(&'static str, String)>,
}

impl Server {
    /// Starts on an empty folder: SQLite, or the database at a URL.
    pub(crate) async fn start(program: &Path, database: Option<&str>) -> Self {
        Self::start_with(program, database, &[]).await
    }

    /// The same with some settings of its own.
    pub(crate) async fn start_with(
        program: &Path,
        database: Option<&str>,
        more: &[(&'static str, &'static str)],
    ) -> Self {
        let folder = TempDir::with_prefix("cardkey-bench-").expect("a temporary folder");
        let port = free_port();
        let mut variables = vec![
            ("APP_ENV", "production".to_owned()),
            ("HOST", "127.0.0.1".to_owned()),
            ("PORT", port.to_string()),
            ("CONSOLE_PORT", "0".to_owned()),
            ("DATA_DIR", folder.path().join("data").to_string_lossy().into_owned()),
            ("ENCRYPTION_KEY", random_key()),
            ("INITIAL_ADMIN_PASSWORD", ADMIN_PASSWORD.to_owned()),
            ("RATE_LIMIT_PER_SECOND", "100000000".to_owned()),
        ];
        variables.extend(database.map(|url| ("DATABASE_URL", url.to_owned())));
        variables.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let settings = Settings { program: program.to_owned(), variables };
        let (child, ready_after) = settings.launch(folder.path(), port).await;
        Self { child, port, ready_after, settings, _folder: folder }
    }

    /// Stops the server as an operator does and starts it again on the same data.
    pub(crate) async fn restart(&mut self) {
        self.while_stopped(|_| ()).await;
    }

    /// Does something with the database's file while nobody uses it.
    pub(crate) async fn while_stopped<T>(&mut self, change: impl FnOnce(&Path) -> T) -> T {
        self.stop();
        let folder = self._folder.path().to_owned();
        let changed = change(&folder.join("data/cardkey.db"));
        (self.child, self.ready_after) = self.settings.launch(&folder, self.port).await;
        changed
    }

    /// Asks the database's file for a text.
    pub(crate) fn read(&self, sql: &str) -> String {
        let script = "import sqlite3,sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())";
        let mut command = Command::new("python3");
        command.args(["-c", script]).arg(self._folder.path().join("data/cardkey.db")).arg(sql);
        let output = command.output().expect("python3 starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    pub(crate) fn memory(&self) -> Memory {
        Memory::of(self.child.id())
    }

    pub(crate) fn cpu(&self) -> CpuTime {
        CpuTime::of(self.child.id())
    }

    fn stop(&mut self) {
        terminate(self.child.id());
        let _ = self.child.wait();
    }
}

impl Settings {
    async fn launch(&self, folder: &Path, port: u16) -> (Child, Duration) {
        let log = File::create(folder.join("log")).expect("a log file in the server's folder");
        let mut command = Command::new(&self.program);
        command.arg("serve").env_clear().envs(self.variables.iter().cloned()).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let start = Instant::now();
        let mut child = command.spawn().expect("the server's program starts");
        while !is_ready(port).await {
            let gone = child.try_wait().expect("the server is our child");
            let said = || std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            assert!(gone.is_none(), "the server ended at once: {}", said());
            assert!(start.elapsed() < READY_WITHIN, "the server is not ready: {}", said());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        (child, start.elapsed())
    }
}

async fn is_ready(port: u16) -> bool {
    let Ok(mut connection) = Connection::open(port).await else { return false };
    connection.call(&request("GET", "/readyz", None, None)).await.is_ok_and(|reply| reply.status == 200)
}

fn random_key() -> String {
    let mut bytes = [0; 32];
    let read = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.expect("/dev/urandom gives random bytes");
    cardkey_crypto::hex(&bytes)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
