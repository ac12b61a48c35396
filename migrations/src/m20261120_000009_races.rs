//! How a statement that lost a race undoes those that travel with it: whoever lost inserts a row that is there already. And devices are
//! found by their fingerprint first: PostgreSQL, while it has no statistics of a new table, looked through all devices of an app instead.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let races = create_table(manager, "races", Rows::Heap, "lost BIGINT NOT NULL").await?;
        races.unique("uq_races_lost", "lost").await?;
        manager.get_connection().execute_unprepared("INSERT INTO races (lost) VALUES (1)").await?;
        let devices = table(manager, "devices");
        devices.drop_index("uq_devices_fingerprint").await?;
        devices.unique("uq_devices_fingerprint", "fingerprint, app_id").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
