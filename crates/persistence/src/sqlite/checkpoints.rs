use std::sync::Arc;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::Notify;

/// Pages in the WAL that wait to be copied into the file before it is done: pages that change again and again are copied once.
const WORTH_COPYING: i64 = 24_000;

/// Looks are no closer together.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// Copies the WAL into the file beside the writer, on a connection of its own, so that no commit waits for it. A writer that never rests
/// outruns this; its own checkpoint, which starts the WAL anew, then finds little left to copy.
pub(super) async fn run(pool: DatabaseConnection, committed: Arc<Notify>) {
    loop {
        committed.notified().await;
        if let Err(error) = copy(&pool).await {
            tracing::warn!(%error, "the write-ahead log could not be copied into the database's file");
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

async fn copy(pool: &DatabaseConnection) -> Result<(), DbErr> {
    let (pages, copied) = checkpoint(pool, "NOOP").await?;
    if pages - copied >= WORTH_COPYING {
        checkpoint(pool, "PASSIVE").await?;
    }
    Ok(())
}

/// How many pages are in the WAL, and how many of them in the file.
async fn checkpoint(pool: &DatabaseConnection, mode: &str) -> Result<(i64, i64), DbErr> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let told = pool.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    let told = told.ok_or_else(|| DbErr::RecordNotFound("a checkpoint tells what it did".into()))?;
    Ok((told.try_get_by_index(1)?, told.try_get_by_index(2)?))
}
