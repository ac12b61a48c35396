//! What handlers failed at and have handled, when scheduled jobs ran, whether devices are online, reminders, and unbinding by users.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, add_column, create_table, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        events(manager).await?;
        schedule(manager).await?;
        presence(manager).await?;
        reminders(manager).await?;
        unbinding(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// A delivery has a row only after a handler failed at it, so that events that go well cost nothing here.
async fn events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "outbox", "schema_version BIGINT NOT NULL DEFAULT 1").await?;
    let columns = "
        event_id UUID NOT NULL,
        handler STR(64) NOT NULL,
        state STR(16) NOT NULL,
        attempts BIGINT NOT NULL,
        next_at BIGINT NOT NULL,
        last_error TEXT NOT NULL";
    let table = create_table(manager, "event_deliveries", Rows::Heap, columns).await?;
    table
        .unique("uq_event_deliveries_event_handler", "event_id, handler")
        .await?
        .index("ix_event_deliveries_due", "state, next_at")
        .await?
        .index("ix_event_deliveries_state", "state, event_id")
        .await?;

    let columns = "
        handler STR(64) NOT NULL,
        event_id UUID NOT NULL,
        handled_at BIGINT NOT NULL";
    let table = create_table(manager, "handled_events", Rows::Heap, columns).await?;
    table
        .unique("uq_handled_events_handler_event", "handler, event_id")
        .await?
        .index("ix_handled_events_handled_at", "handled_at")
        .await?;
    Ok(())
}

async fn schedule(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        name STR(64) NOT NULL PRIMARY KEY,
        due_at BIGINT NOT NULL,
        ran_at BIGINT";
    create_table(manager, "scheduled_runs", Rows::Heap, columns).await?;
    Ok(())
}

/// A device is online until the moment that stands there; who was found offline has none.
async fn presence(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "devices", "online_until BIGINT").await?;
    add_column(manager, "devices", "client_status STR(64)").await?;
    let devices = table(manager, "devices");
    devices.index_where("ix_devices_online_until", "online_until", "online_until IS NOT NULL").await?;
    Ok(())
}

/// Licences that are there already are reminded of from seven days before their end on, as new ones are.
async fn reminders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "licences", "remind_at BIGINT").await?;
    let week = 7_i64 * 24 * 60 * 60 * 1_000_000;
    let backfill = format!("UPDATE licences SET remind_at = expires_at - {week} WHERE expires_at IS NOT NULL");
    manager.get_connection().execute_unprepared(&backfill).await?;
    let licences = table(manager, "licences");
    licences.index_where("ix_licences_remind_at", "remind_at", "remind_at IS NOT NULL").await?;
    Ok(())
}

/// Unbinding by users alone; seats tell of every other.
async fn unbinding(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id SERIAL,
        licence_id UUID NOT NULL,
        device_id UUID NOT NULL,
        user_id UUID NOT NULL,
        unbound_at BIGINT NOT NULL";
    let table = create_table(manager, "licence_unbinds", Rows::Heap, columns).await?;
    table.index("ix_licence_unbinds_licence_id", "licence_id, unbound_at").await?;
    Ok(())
}
