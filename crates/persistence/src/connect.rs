//! Opens the database that a URL names, set up the way the rest of this crate relies on.

mod server;
mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use cardkey_events::StoreError;
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbBackend};

use tokio::sync::Notify;

use crate::error::store_error;
use crate::sqlite::{Readers, Writer};

/// How long a caller waits for a connection or for its turn to write.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a database cannot be used. The messages are for the one who set it up.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL is not one of `sqlite:`, `postgres:` or `mysql:`.
    #[error("not a database URL of sqlite:, postgres: or mysql:")]
    Url,
    /// The URL names a database in memory, which forgets what was acknowledged.
    #[error("a database in memory keeps nothing: name a file")]
    InMemory,
    /// The SQLite library is one that can corrupt a database (WAL reset, before 3.51.3).
    #[error("SQLite {0} is too old: 3.51.3 or newer is needed")]
    SqliteTooOld(String),
    /// The database answered otherwise than it should.
    #[error("the database cannot be opened")]
    Store(#[source] StoreError),
}

/// An open database.
pub(crate) enum Connected {
    /// A SQLite file: connections that read, and one that writes and commits for many at once.
    File(Readers, Writer),
    /// A server, with a pool of connections for both.
    Server(DatabaseConnection),
}

/// Opens the database. `pool` bounds the connections to a server, or the readers of a file.
pub(crate) async fn connect(url: &str, pool: u32, appended: &Arc<Notify>) -> Result<Connected, ConnectError> {
    match backend(url)? {
        DbBackend::Sqlite => sqlite::connect(url, pool, appended).await,
        _ => server::connect(url, pool).await,
    }
}

/// A connection of its own for migrations, which may take longer than a request may.
pub(crate) async fn connect_to_migrate(url: &str) -> Result<DatabaseConnection, ConnectError> {
    match backend(url)? {
        DbBackend::Sqlite => sqlite::connect_to_migrate(url).await,
        _ => open(options(url, 1)).await,
    }
}

fn backend(url: &str) -> Result<DbBackend, ConnectError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(DbBackend::Sqlite),
        Some("postgres" | "postgresql") => Ok(DbBackend::Postgres),
        Some("mysql" | "mariadb") => Ok(DbBackend::MySql),
        _ => Err(ConnectError::Url),
    }
}

fn options(url: &str, connections: u32) -> ConnectOptions {
    let url = url.strip_prefix("mariadb:").map_or_else(|| url.to_owned(), |rest| format!("mysql:{rest}"));
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).acquire_timeout(PATIENCE).sqlx_logging(false).record_stmt_in_spans(false);
    options
}

async fn open(options: ConnectOptions) -> Result<DatabaseConnection, ConnectError> {
    Database::connect(options).await.map_err(|error| ConnectError::Store(store_error(error)))
}
