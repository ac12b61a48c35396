use std::fmt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Url;
use tempfile::TempDir;

use crate::OutsideProgram;
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

/// The database of each server whose tables those of the tests are copied from.
pub const TEMPLATE: &str = "cardkey_template";

/// A database that belongs to one test and is dropped with this value.
#[derive(Debug)]
pub struct Database {
    backend: Backend,
    url: String,
    name: String,
    _folder: Option<TempDir>,
}

impl Database {
    /// Makes a database without rows: a new file, or a copy of the run's template, since migrating takes seconds on a server.
    ///
    /// # Panics
    /// When the test run was started without the servers.
    #[must_use]
    pub fn create(backend: Backend) -> Self {
        let template = if backend == Backend::Postgres { format!(" TEMPLATE {TEMPLATE}") } else { String::new() };
        let database = Self::made(backend, &template);
        if backend == Backend::MariaDb {
            database.copy_tables();
        }
        database
    }

    /// Makes a database without anything in it, not even a schema.
    ///
    /// # Panics
    /// When the test run was started without the servers.
    #[must_use]
    pub fn empty(backend: Backend) -> Self {
        Self::made(backend, "")
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

    /// Runs a statement as somebody who sits at the database; returns what it gives. A SQLite server keeps its file elsewhere: `file` says
    /// where.
    pub(crate) fn execute(&self, sql: &str, file: &Path) -> String {
        run(match self.backend {
            Backend::Sqlite => sqlite_statement(file, sql),
            Backend::Postgres | Backend::MariaDb => self.backend.statement(&self.url, sql),
        })
    }

    /// Runs a statement as somebody who sits at the database of [`Database::url`].
    pub fn statement(&self, sql: &str) {
        let file = self.url.strip_prefix("sqlite://").unwrap_or_default();
        self.execute(sql, Path::new(file));
    }

    /// Takes the database away from whoever uses it.
    pub(crate) fn take_away(&self) {
        drop(self.drop_statement().output());
    }

    fn made(backend: Backend, options: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("cardkey_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        if backend == Backend::Sqlite {
            let folder = tempfile::Builder::new().prefix("cardkey-sqlite-").tempdir().expect("a temporary folder");
            let url = format!("sqlite://{}", folder.path().join("cardkey.db").display());
            return Self { backend, url, name, _folder: Some(folder) };
        }
        let mut url = backend.server();
        run(backend.statement(url.as_str(), &format!("CREATE DATABASE {name}{options}")));
        url.set_path(&name);
        Self { backend, url: url.into(), name, _folder: None }
    }

    fn drop_statement(&self) -> Command {
        let name = &self.name;
        match self.backend {
            Backend::Sqlite => Command::new("true"),
            Backend::Postgres => postgres_statement(
                self.backend.server().as_str(),
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            ),
            Backend::MariaDb => {
                mariadb_statement(self.backend.server().as_str(), &format!("DROP DATABASE IF EXISTS {name}"))
            }
        }
    }

    /// MariaDB has no templates.
    fn copy_tables(&self) {
        let tables = run(mariadb_statement(&self.url, &format!("SHOW TABLES IN {TEMPLATE}")));
        let copy = |table: &str| {
            format!(
                "CREATE TABLE {table} LIKE {TEMPLATE}.{table}; INSERT INTO {table} SELECT * FROM {TEMPLATE}.{table};"
            )
        };
        run(mariadb_statement(&self.url, &tables.lines().map(copy).collect::<String>()));
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone took the database with it.
        self.take_away();
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

/// Python brings the SQLite that the machine may lack.
fn sqlite_statement(file: &Path, sql: &str) -> Command {
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); [print(*row) for row in c.execute(sys.argv[2])]; c.commit()";
    let python = OutsideProgram::PYTHON.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
    let mut command = Command::new(python);
    command.args(["-c", script]).arg(file).arg(sql);
    command
}

fn run(mut command: Command) -> String {
    let output = command.output().expect("the database's client program starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the database's client program writes UTF-8")
}
