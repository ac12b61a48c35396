use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::free_port;

const READY_WITHIN: Duration = Duration::from_secs(60);
const GONE_WITHIN: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(5);

/// The product's program, serving on a port of its own with a data folder of its own.
pub(super) struct Server {
    child: Child,
    url: String,
    port: u16,
    database: String,
    folder: PathBuf,
}

impl Server {
    pub(super) async fn start(database: &str, folder: &Path) -> Result<Self, String> {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let child = launch(database, folder, port)?;
        let mut server = Self { child, url, port, database: database.to_owned(), folder: folder.to_owned() };
        server.ready().await?;
        Ok(server)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Ends it as an operator does, and makes sure that nobody listens any more.
    pub(super) async fn stop(&mut self) -> Result<(), String> {
        self.signal(Signal::TERM);
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) => break status,
                None if start.elapsed() > GONE_WITHIN => return Err("it does not end".to_owned()),
                None => tokio::time::sleep(PAUSE).await,
            }
        };
        if !status.success() {
            return Err(format!("it ended with {status}: {}", self.log()));
        }
        match tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await {
            Ok(_) => Err("somebody still listens".to_owned()),
            Err(_) => Ok(()),
        }
    }

    /// Starts it on the same port and data.
    pub(super) async fn start_again(&mut self) -> Result<(), String> {
        self.child = launch(&self.database, &self.folder, self.port)?;
        self.ready().await
    }

    async fn ready(&mut self) -> Result<(), String> {
        let http = http_client()?;
        let start = Instant::now();
        loop {
            let reply = http.get(format!("{}/readyz", self.url)).send().await;
            if reply.is_ok_and(|reply| reply.status() == 200) {
                return Ok(());
            }
            if self.child.try_wait().map_err(|error| error.to_string())?.is_some() {
                return Err(format!("it ended at once: {}", self.log()));
            }
            if start.elapsed() > READY_WITHIN {
                return Err(format!("it is not ready within {READY_WITHIN:?}: {}", self.log()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // It may be gone already.
            let _ = kill_process(pid, signal);
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// A client of servers on this machine.
pub(super) fn http_client() -> Result<reqwest::Client, String> {
    // The customer's program, in this same process, may have chosen a provider already.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())
}

fn launch(database: &str, folder: &Path, port: u16) -> Result<Child, String> {
    let program = program()?;
    let log = File::options().create(true).append(true).open(folder.join("log")).map_err(|error| error.to_string())?;
    let mut command = Command::new(&program);
    command.arg("serve").env_clear().current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.env("DATA_DIR", folder.join("data")).env("DATABASE_URL", database);
    command.env("HOST", "127.0.0.1").env("PORT", port.to_string()).env("CONSOLE_PORT", "0");
    command.spawn().map_err(|error| format!("{}: {error}", program.display()))
}

/// The server's program, built with this package, stands beside this one.
fn program() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let program = this.ancestors().map(|folder| folder.join("cardkey-under-test")).find(|program| program.is_file());
    program.ok_or_else(|| "the server is not built: cargo build -p cardkey-tests --bin cardkey-under-test".to_owned())
}
