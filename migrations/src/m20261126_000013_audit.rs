//! The audit log's chain, its checkpoints and archives, and the counts that its statistics are made of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::schema::{Rows, add_column, create_table, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        places(manager).await?;
        chain(manager).await?;
        archives(manager).await?;
        counts(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// A row without a place is not sealed yet. Those stand together at one end of the index of places; PostgreSQL, whose planner goes by how
/// many there were once, is given an index of them alone.
async fn places(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "audit_logs", "chain_seq BIGINT").await?;
    add_column(manager, "audit_logs", "chain_hash HASH").await?;
    let rows = table(manager, "audit_logs");
    rows.unique("uq_audit_logs_chain_seq", "chain_seq").await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        rows.index_where("ix_audit_logs_unsealed", "id", "chain_seq IS NULL").await?;
    }
    // Who did how much is counted from the index alone.
    rows.drop_index("ix_audit_logs_occurred_at").await?;
    rows.index("ix_audit_logs_occurred_at", "occurred_at, user_id").await?;
    Ok(())
}

async fn chain(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id BIGINT NOT NULL PRIMARY KEY,
        seq BIGINT NOT NULL,
        hash HASH NOT NULL";
    create_table(manager, "audit_chain", Rows::Heap, columns).await?;
    let zeros = "00".repeat(32);
    let start = match manager.get_database_backend() {
        DbBackend::Postgres => format!("'\\x{zeros}'"),
        _ => format!("X'{zeros}'"),
    };
    let first = format!("INSERT INTO audit_chain (id, seq, hash) VALUES (1, 0, {start})");
    manager.get_connection().execute_unprepared(&first).await?;

    let columns = "
        kid STR(64) NOT NULL PRIMARY KEY,
        public_key HASH NOT NULL,
        created_at BIGINT NOT NULL";
    create_table(manager, "audit_keys", Rows::Heap, columns).await?;

    let columns = "
        seq BIGINT NOT NULL PRIMARY KEY,
        hash HASH NOT NULL,
        taken_at BIGINT NOT NULL,
        kid STR(64) NOT NULL,
        signature BLOB NOT NULL";
    create_table(manager, "audit_checkpoints", Rows::Heap, columns).await?;
    Ok(())
}

async fn archives(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        first_seq BIGINT NOT NULL PRIMARY KEY,
        last_seq BIGINT NOT NULL,
        prev_hash HASH NOT NULL,
        last_hash HASH NOT NULL,
        newest_at BIGINT NOT NULL,
        file STR(255) NOT NULL,
        sha256 HASH NOT NULL,
        archived_at BIGINT NOT NULL,
        kid STR(64) NOT NULL,
        signature BLOB NOT NULL,
        deleted_at BIGINT";
    create_table(manager, "audit_archives", Rows::Heap, columns).await?;
    Ok(())
}

async fn counts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        hour BIGINT NOT NULL,
        action STR(64) NOT NULL,
        status STR(16) NOT NULL,
        level STR(16) NOT NULL,
        row_count BIGINT NOT NULL,
        PRIMARY KEY (hour, action, status, level)";
    create_table(manager, "audit_hours", Rows::ByKey, columns).await?;

    let columns = "
        day BIGINT NOT NULL,
        user_id UUID NOT NULL,
        row_count BIGINT NOT NULL,
        PRIMARY KEY (day, user_id)";
    create_table(manager, "audit_user_days", Rows::ByKey, columns).await?;
    Ok(())
}
