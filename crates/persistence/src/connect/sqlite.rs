use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DatabaseConnection};

use tokio::sync::Notify;

use super::{ConnectError, Connected, open, options};
use crate::sql::{self, On};
use crate::sqlite::{Readers, Writer};

/// Before it, resetting the WAL could corrupt a database that several connections use.
const OLDEST: (u32, u32, u32) = (3, 51, 3);

/// How long one connection waits for another's lock; only checkpoints and other programs ever hold one.
const BUSY: Duration = Duration::from_secs(5);

/// How long one process waits for another's migrations.
const MIGRATED_WITHIN: Duration = Duration::from_secs(300);

/// Page caches grow with use up to these KiB: the writer's takes the random index pages of bulk generation, the readers' a list page.
const WRITER_CACHE_KIB: u32 = 65_536;
const READER_CACHE_KIB: u32 = 4_096;

/// Pages in the WAL (160 MiB) before the writer itself copies into the file what nobody did beside it, and starts the WAL anew. Bulk
/// generation changes thousands of random index pages a second; copied every 4,000 pages it took twice as long.
const CHECKPOINT_PAGES: u32 = 40_000;

/// Bytes that the WAL file shrinks back to after a burst.
const WAL_LIMIT: u32 = 167_772_160;

const MOST_READERS: u32 = 4;

pub(super) async fn connect(url: &str, pool: u32, appended: &Arc<Notify>) -> Result<Connected, ConnectError> {
    if is_in_memory(url) {
        return Err(ConnectError::InMemory);
    }
    let writer = open(keeping(tuned(url, 1, WRITER_CACHE_KIB, BUSY))).await?;
    check_version(&writer).await?;
    let count = pool.clamp(2, MOST_READERS);
    let beside = open(keeping(tuned(url, 1, READER_CACHE_KIB, BUSY))).await?;
    let readers = open(keeping(tuned(url, count, READER_CACHE_KIB, BUSY))).await?;
    let writer = Writer::start(writer, beside, Arc::clone(appended));
    Ok(Connected::File(Readers::new(readers, count, Arc::clone(writer.line())), writer))
}

pub(super) async fn connect_to_migrate(url: &str) -> Result<DatabaseConnection, ConnectError> {
    if is_in_memory(url) {
        return Err(ConnectError::InMemory);
    }
    let mut options = tuned(url, 1, READER_CACHE_KIB, MIGRATED_WITHIN);
    options.acquire_timeout(MIGRATED_WITHIN);
    let connection = open(options).await?;
    check_version(&connection).await?;
    Ok(connection)
}

/// Connections to a file do not go stale: they are neither tested nor replaced.
fn keeping(mut options: ConnectOptions) -> ConnectOptions {
    options.test_before_acquire(false).idle_timeout(None).max_lifetime(None);
    options
}

fn tuned(url: &str, connections: u32, cache_kib: u32, busy: Duration) -> ConnectOptions {
    let mut options = options(url, connections);
    options.map_sqlx_sqlite_opts(move |options: SqliteConnectOptions| {
        options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy)
            .statement_cache_capacity(256)
            .pragma("cache_size", format!("-{cache_kib}"))
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
            .pragma("journal_size_limit", WAL_LIMIT.to_string())
            .pragma("temp_store", "memory")
    });
    options
}

fn is_in_memory(url: &str) -> bool {
    url.contains(":memory:") || url.contains("mode=memory")
}

async fn check_version(connection: &DatabaseConnection) -> Result<(), ConnectError> {
    let row = sql::one(On::Server(connection), "SELECT sqlite_version() AS version", Vec::new()).await;
    let version: String =
        row.and_then(|row| row.map_or(Ok(String::new()), |row| row.get("version"))).map_err(ConnectError::Store)?;
    if is_new_enough(&version) { Ok(()) } else { Err(ConnectError::SqliteTooOld(version)) }
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST
}

#[cfg(test)]
mod tests;
