//! The live log: one ordered row of everything that connected clients are sent, and where it ends.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        log(manager).await?;
        state(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // An entry for everybody has the audience of all zeros, so that one index finds what is for a reader.
    let columns = "
        seq BIGINT NOT NULL PRIMARY KEY,
        kind STR(16) NOT NULL,
        audience_kind STR(16) NOT NULL,
        audience_id UUID NOT NULL,
        payload TEXT NOT NULL,
        said_at BIGINT NOT NULL,
        ends_at BIGINT";
    let table = create_table(manager, "live_log", Rows::Heap, columns).await?;
    table.index("ix_live_log_audience_id", "audience_id, seq").await?.index("ix_live_log_said_at", "said_at").await?;
    Ok(())
}

/// One row. The epoch is random, so that a log that was made anew is told from the one before.
async fn state(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id BIGINT NOT NULL PRIMARY KEY,
        epoch UUID NOT NULL,
        seq BIGINT NOT NULL";
    create_table(manager, "live_state", Rows::ByKey, columns).await?;
    let random = match manager.get_database_backend() {
        DbBackend::Postgres => "gen_random_uuid()",
        DbBackend::MySql => "UNHEX(MD5(CONCAT(UUID(), RAND(), RAND())))",
        _ => "randomblob(16)",
    };
    let sql = format!("INSERT INTO live_state (id, epoch, seq) VALUES (1, {random}, 0)");
    manager.get_connection().execute_unprepared(&sql).await.map(|_| ())
}
