//! How a statement that lost a race undoes those that travel with it: whoever lost inserts a row that is there already.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = create_table(manager, "races", Rows::Heap, "lost BIGINT NOT NULL").await?;
        table.unique("uq_races_lost", "lost").await?;
        manager.get_connection().execute_unprepared("INSERT INTO races (lost) VALUES (1)").await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
