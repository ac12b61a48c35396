//! Announcements with their audiences and who took note; groups of accounts; the maintenance of apps.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        announcements(manager).await?;
        receipts(manager).await?;
        groups(manager).await?;
        maintenances(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn announcements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        kind STR(16) NOT NULL,
        title STR(200) NOT NULL,
        title_key STR(600) NOT NULL,
        content TEXT NOT NULL,
        html TEXT NOT NULL,
        priority STR(16) NOT NULL,
        state STR(16) NOT NULL,
        audience_kind STR(16) NOT NULL,
        must_confirm BOOL NOT NULL,
        publish_at BIGINT,
        published_at BIGINT,
        expires_at BIGINT,
        created_by UUID,
        source UUID,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        seq BIGINT";
    let table = create_table(manager, "announcements", Rows::Heap, columns).await?;
    table
        .unique("uq_announcements_source", "source")
        .await?
        .index("ix_announcements_state", "state, id")
        .await?
        .index("ix_announcements_audience_kind", "audience_kind, state")
        .await?
        .index("ix_announcements_publish_at", "state, publish_at")
        .await?
        .index("ix_announcements_expires_at", "state, expires_at")
        .await?;

    // Whom an audience names: accounts, apps or groups. Found from either side.
    let columns = "
        announcement_id UUID NOT NULL,
        subject UUID NOT NULL,
        PRIMARY KEY (announcement_id, subject)";
    let table = create_table(manager, "announcement_audience", Rows::ByKey, columns).await?;
    table.index("ix_announcement_audience_subject", "subject, announcement_id").await?;
    Ok(())
}

async fn receipts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        announcement_id UUID NOT NULL,
        user_id UUID NOT NULL,
        delivered_at BIGINT NOT NULL,
        read_at BIGINT,
        confirmed_at BIGINT,
        PRIMARY KEY (announcement_id, user_id)";
    create_table(manager, "announcement_receipts", Rows::ByKey, columns).await?;

    // How many took note, by the hour: only appended to, and folded to one row an hour.
    let columns = "
        id SERIAL,
        announcement_id UUID NOT NULL,
        from_hour BIGINT NOT NULL,
        delivered BIGINT NOT NULL,
        was_read BIGINT NOT NULL,
        confirmed BIGINT NOT NULL";
    let table = create_table(manager, "announcement_counts", Rows::Heap, columns).await?;
    table.index("ix_announcement_counts_announcement_id", "announcement_id, from_hour").await?;

    // Who holds a licence of an app.
    manager
        .create_index(
            Index::create().name("ix_licences_app_id").table("licences").col("app_id").col("owner_id").to_owned(),
        )
        .await
}

async fn groups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        name STR(100) NOT NULL,
        name_key STR(190) NOT NULL,
        description STR(500),
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL";
    let table = create_table(manager, "user_groups", Rows::Heap, columns).await?;
    table.unique("uq_user_groups_name_key", "name_key").await?;

    let columns = "
        group_id UUID NOT NULL,
        user_id UUID NOT NULL,
        added_at BIGINT NOT NULL,
        PRIMARY KEY (group_id, user_id)";
    let table = create_table(manager, "user_group_members", Rows::ByKey, columns).await?;
    table.index("ix_user_group_members_user_id", "user_id, group_id").await?;
    Ok(())
}

/// At most one for each app: under way or to come.
async fn maintenances(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        app_id UUID NOT NULL PRIMARY KEY,
        id UUID NOT NULL,
        message TEXT,
        starts_at BIGINT NOT NULL,
        ends_at BIGINT,
        started_at BIGINT";
    let table = create_table(manager, "app_maintenances", Rows::Heap, columns).await?;
    table
        .index("ix_app_maintenances_starts_at", "starts_at")
        .await?
        .index("ix_app_maintenances_ends_at", "ends_at")
        .await?;
    Ok(())
}
