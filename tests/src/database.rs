use std::fmt;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Url;
use tempfile::TempDir;

use crate::places::{MARIADB_URL, POSTGRES_URL, setting};
use crate::servers::{mariadb_statement, postgres_statement};

/// A kind of database that the product runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file, nothing else needed.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    MariaDb,
}

/// An empty database that belongs to one test and is dropped with this value.
#[derive(Debug)]
pub struct Database {
    backend: Backend,
    url: String,
    name: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// Makes an empty database: a new file, or a new database in the run's server.
    ///
    /// # Panics
    /// When the test run was started without the servers.
    #[must_use]
    pub fn create(backend: Backend) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("cardkey_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        if backend == Backend::Sqlite {
            let folder = tempfile::Builder::new().prefix("cardkey-sqlite-").tempdir().expect("a temporary folder");
            let url = format!("sqlite://{}", folder.path().join("cardkey.db").display());
            return Self { backend, url, name, _folder: Some(folder) };
        }
        let mut url = backend.server();
        run(backend.statement(url.as_str(), &format!("CREATE DATABASE {name}")));
        url.set_path(&name);
        Self { backend, url: url.into(), name, _folder: None }
    }

    /// Which kind it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Where it is, as DATABASE_URL takes it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let forcibly = match self.backend {
            Backend::Sqlite => return,
            Backend::Postgres => " WITH (FORCE)",
            Backend::MariaDb => "",
        };
        let statement = format!("DROP DATABASE IF EXISTS {}{forcibly}", self.name);
        let dropped = self.backend.statement(self.backend.server().as_str(), &statement).output();
        // A server that is gone took the database with it.
        drop(dropped);
    }
}

impl Backend {
    fn server(self) -> Url {
        let name = if self == Self::Postgres { POSTGRES_URL } else { MARIADB_URL };
        let url = setting(name).unwrap_or_else(|| {
            panic!(
                "{name} is not set: run `make test`, or `cargo run -p cardkey-tests --bin with-databases -- <command>`"
            )
        });
        Url::parse(&url).expect("the run's server has a URL")
    }

    fn statement(self, url: &str, sql: &str) -> Command {
        if self == Self::Postgres { postgres_statement(url, sql) } else { mariadb_statement(url, sql) }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        })
    }
}

fn run(mut command: Command) {
    let output = command.output().expect("the database's client program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
