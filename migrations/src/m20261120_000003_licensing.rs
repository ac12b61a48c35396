//! Apps, licences, seats, devices and the blacklist.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        apps(manager).await?;
        licences(manager).await?;
        seats(manager).await?;
        devices(manager).await?;
        blacklist(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn apps(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        name STR(100) NOT NULL,
        name_key STR(300) NOT NULL,
        description TEXT,
        contact STR(200),
        status STR(16) NOT NULL,
        policy TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL";
    create_table(manager, "apps", Rows::Heap, columns).await?;
    Ok(())
}

async fn licences(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        card_key_id UUID NOT NULL,
        app_id UUID NOT NULL,
        owner_id UUID NOT NULL,
        max_devices BIGINT NOT NULL,
        expires_at BIGINT,
        uses_left BIGINT,
        trial BOOL NOT NULL,
        epoch BIGINT NOT NULL,
        created_at BIGINT NOT NULL";
    let table = create_table(manager, "licences", Rows::ByKey, columns).await?;
    table.unique("uq_licences_card_key", "card_key_id").await?.index("ix_licences_owner_id", "owner_id, id").await?;

    let columns = "
        app_id UUID NOT NULL,
        device_id UUID NOT NULL,
        taken_at BIGINT NOT NULL";
    let table = create_table(manager, "trials", Rows::Heap, columns).await?;
    table.unique("uq_trials_app_device", "app_id, device_id").await?;
    Ok(())
}

/// A bound seat holds its number and its device; unbinding empties both, so that history never stands in the way of a new seat.
async fn seats(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        licence_id UUID NOT NULL,
        device_id UUID NOT NULL,
        number BIGINT NOT NULL,
        held_device UUID,
        held_number BIGINT,
        bound_at BIGINT NOT NULL,
        bound_ip STR(45),
        unbound_at BIGINT,
        public_key HASH";
    let table = create_table(manager, "seats", Rows::ByKey, columns).await?;
    table
        .unique("uq_seats_device", "licence_id, held_device")
        .await?
        .unique("uq_seats_number", "licence_id, held_number")
        .await?
        .index("ix_seats_device_id", "device_id, id")
        .await?;
    Ok(())
}

async fn devices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        app_id UUID NOT NULL,
        owner_id UUID NOT NULL,
        fingerprint STR(64) NOT NULL,
        components TEXT NOT NULL,
        name STR(100),
        os STR(100),
        ip STR(45),
        first_seen_at BIGINT NOT NULL,
        last_seen_at BIGINT NOT NULL";
    let table = create_table(manager, "devices", Rows::Heap, columns).await?;
    table
        .unique("uq_devices_fingerprint", "app_id, fingerprint")
        .await?
        .index("ix_devices_app_id", "app_id, id")
        .await?
        .index("ix_devices_owner_id", "owner_id, id")
        .await?
        .index("ix_devices_last_seen_at", "last_seen_at")
        .await?;
    Ok(())
}

async fn blacklist(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        kind STR(16) NOT NULL,
        subject STR(100) NOT NULL,
        reason TEXT NOT NULL,
        ends_at BIGINT,
        created_by UUID,
        created_at BIGINT NOT NULL,
        lifted_at BIGINT";
    let table = create_table(manager, "blacklist_entries", Rows::Heap, columns).await?;
    table
        .index("ix_blacklist_entries_subject", "subject")
        .await?
        .index("ix_blacklist_entries_kind", "kind, id")
        .await?;
    Ok(())
}
