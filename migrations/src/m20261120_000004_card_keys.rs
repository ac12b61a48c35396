//! Card keys, the batches they come from, and the counts that lists show of them.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        batches(manager).await?;
        card_keys(manager).await?;
        tallies(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn batches(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        app_id UUID NOT NULL,
        name STR(100),
        note STR(200),
        price_cents BIGINT,
        validity_kind STR(16) NOT NULL,
        validity_amount BIGINT NOT NULL,
        max_devices BIGINT NOT NULL,
        ordered BIGINT NOT NULL,
        made BIGINT NOT NULL,
        status STR(16) NOT NULL,
        created_by UUID,
        created_at BIGINT NOT NULL,
        finished_at BIGINT";
    let table = create_table(manager, "card_key_batches", Rows::Heap, columns).await?;
    table
        .index("ix_card_key_batches_app_id", "app_id, id")
        .await?
        .index("ix_card_key_batches_status", "status, id")
        .await?;
    Ok(())
}

async fn card_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        app_id UUID NOT NULL,
        batch_id UUID NOT NULL,
        code_hash HASH NOT NULL,
        code_head STR(4) NOT NULL,
        code_tail STR(4) NOT NULL,
        sealed_code BLOB NOT NULL,
        state STR(16) NOT NULL,
        state_before STR(16),
        validity_kind STR(16) NOT NULL,
        validity_amount BIGINT NOT NULL,
        max_devices BIGINT NOT NULL,
        note STR(200),
        owner_id UUID,
        licence_id UUID,
        created_at BIGINT NOT NULL,
        activated_at BIGINT,
        expires_at BIGINT";
    let table = create_table(manager, "card_keys", Rows::ByKey, columns).await?;
    table
        .unique("uq_card_keys_code", "code_hash")
        .await?
        .index("ix_card_keys_state", "state, id")
        .await?
        .index("ix_card_keys_app_id", "app_id, state, id")
        .await?
        .index("ix_card_keys_batch_id", "batch_id, state, id")
        .await?
        .index("ix_card_keys_code_head", "code_head, id")
        .await?
        .index("ix_card_keys_code_tail", "code_tail, id")
        .await?
        .index_where("ix_card_keys_note", "note, id", "note IS NOT NULL")
        .await?
        .index_where("ix_card_keys_owner_id", "owner_id, id", "owner_id IS NOT NULL")
        .await?
        .index_where("ix_card_keys_expires_at", "state, expires_at", "expires_at IS NOT NULL")
        .await?;
    Ok(())
}

/// Every change of a card key's state appends how many more or fewer stand in each; a job folds the rows of a batch into one.
async fn tallies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id SERIAL,
        app_id UUID NOT NULL,
        batch_id UUID NOT NULL,
        unused BIGINT NOT NULL,
        activated BIGINT NOT NULL,
        expired BIGINT NOT NULL,
        disabled BIGINT NOT NULL,
        deleted BIGINT NOT NULL";
    let table = create_table(manager, "card_key_tallies", Rows::Heap, columns).await?;
    table.index("ix_card_key_tallies_batch_id", "batch_id").await?;
    Ok(())
}
