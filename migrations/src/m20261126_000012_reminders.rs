//! When the owner of a licence is reminded of its end; announcements of the system to one account; how many an announcement is for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::ConnectionTrait;

use crate::schema::{add_column, table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        reminders(manager).await?;
        notices(manager).await?;
        add_column(manager, "announcements", "reach BIGINT").await?;
        add_column(manager, "announcements", "reach_at BIGINT").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// Licences that were made by a program that reminded nobody are looked at seven days before their end for the first time; what has passed
/// by then is said once.
async fn reminders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let sql = "UPDATE licences SET remind_at = expires_at - 604800000000 \
               WHERE expires_at IS NOT NULL AND remind_at IS NULL";
    manager.get_connection().execute_unprepared(sql).await.map(|_| ())
}

/// What the system tells one account (that a card key was redeemed, that a licence is about to end) is in that account's inbox alone:
/// there may be millions of it, and operators' lists pass it over.
async fn notices(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    add_column(manager, "announcements", "notice BOOL NOT NULL DEFAULT FALSE").await?;
    let announcements = table(manager, "announcements");
    announcements
        .index("ix_announcements_notice", "notice, id")
        .await?
        .index("ix_announcements_notice_expires_at", "notice, expires_at")
        .await?;
    Ok(())
}
