//! What every unit of work writes beside its change: events, audit rows, receipts; and the sealed secrets.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox(manager).await?;
        audit_logs(manager).await?;
        receipts(manager).await?;
        secrets(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        occurred_at BIGINT NOT NULL,
        actor TEXT NOT NULL,
        request_id TEXT NOT NULL,
        name STR(64) NOT NULL,
        data TEXT NOT NULL,
        delivered_at BIGINT";
    let table = create_table(manager, "outbox", Rows::Heap, columns).await?;
    table.index_where("ix_outbox_undelivered", "delivered_at, id", "delivered_at IS NULL").await?;
    Ok(())
}

async fn audit_logs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        occurred_at BIGINT NOT NULL,
        user_id UUID,
        actor STR(255) NOT NULL,
        noun STR(64) NOT NULL,
        action STR(64) NOT NULL,
        target_kind STR(64),
        target_id STR(255),
        ip STR(45),
        user_agent STR(255),
        request_id STR(255) NOT NULL,
        status STR(16) NOT NULL,
        level STR(16) NOT NULL,
        code STR(64),
        details TEXT NOT NULL,
        search TEXT NOT NULL";
    let table = create_table(manager, "audit_logs", Rows::Heap, columns).await?;
    table
        .index("ix_audit_logs_action", "action, id")
        .await?
        .index("ix_audit_logs_noun", "noun, id")
        .await?
        .index("ix_audit_logs_occurred_at", "occurred_at")
        .await?
        .index_where("ix_audit_logs_user_id", "user_id, id", "user_id IS NOT NULL")
        .await?
        .index_where("ix_audit_logs_target_id", "target_id, id", "target_id IS NOT NULL")
        .await?
        .index_where("ix_audit_logs_target_kind", "target_kind, id", "target_kind IS NOT NULL")
        .await?
        .index_where("ix_audit_logs_ip", "ip, id", "ip IS NOT NULL")
        .await?
        .index_where("ix_audit_logs_level", "level, id", "level <> 'INFO'")
        .await?
        .index_where("ix_audit_logs_status", "status, id", "status <> 'ok'")
        .await?;
    Ok(())
}

async fn receipts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        scope KEY(400) NOT NULL,
        idempotency_key KEY(255) NOT NULL,
        request_digest HASH NOT NULL,
        sealed_outcome BLOB NOT NULL,
        kept_until BIGINT NOT NULL";
    let table = create_table(manager, "receipts", Rows::Heap, columns).await?;
    table
        .unique("uq_receipts_scope_key", "scope, idempotency_key")
        .await?
        .index("ix_receipts_kept_until", "kept_until")
        .await?;
    Ok(())
}

async fn secrets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        name STR(64) NOT NULL PRIMARY KEY,
        sealed BLOB NOT NULL";
    create_table(manager, "secrets", Rows::Heap, columns).await?;
    Ok(())
}
