//! Which devices are offline, what they last said of themselves, and who freed a seat.

use sea_orm_migration::prelude::*;

use crate::schema::{add_column, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "devices", "status STR(64)").await?;
        add_column(manager, "devices", "offline_at BIGINT").await?;
        // Whoever is known already is taken for offline until seen again: nobody is told that they are, all at once.
        manager.get_connection().execute_unprepared("UPDATE devices SET offline_at = last_seen_at").await?;
        let devices = table(manager, "devices");
        devices.index("ix_devices_offline_at", "offline_at, last_seen_at").await?;
        add_column(manager, "seats", "unbound_by STR(16)").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
