//! Accounts, roles, sessions and tokens.

use sea_orm_migration::prelude::*;

use crate::schema::{Rows, create_table};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        roles(manager).await?;
        user_sessions(manager).await?;
        tokens(manager).await?;
        lockouts(manager).await?;
        signing_keys(manager).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        name STR(64) NOT NULL,
        name_key STR(190) NOT NULL,
        email STR(254),
        email_key STR(254),
        password_hash TEXT NOT NULL,
        status STR(16) NOT NULL,
        must_change_password BOOL NOT NULL,
        roles TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        last_login_at BIGINT,
        password_changed_at BIGINT NOT NULL";
    let table = create_table(manager, "users", Rows::Heap, columns).await?;
    table
        .unique("uq_users_name_key", "name_key")
        .await?
        .unique("uq_users_email_key", "email_key")
        .await?
        .index("ix_users_status", "status, id")
        .await?;

    // `users.roles` is what readers take; this is the same for searches and for the locks on who holds what.
    let columns = "
        role STR(32) NOT NULL,
        user_id UUID NOT NULL,
        PRIMARY KEY (role, user_id)";
    let table = create_table(manager, "user_roles", Rows::ByKey, columns).await?;
    table.index("ix_user_roles_user_id", "user_id").await?;
    Ok(())
}

async fn roles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        name STR(32) NOT NULL,
        description STR(200),
        permissions TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL";
    let table = create_table(manager, "roles", Rows::Heap, columns).await?;
    table.unique("uq_roles_name", "name").await?;
    Ok(())
}

async fn user_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        user_id UUID NOT NULL,
        access_token HASH NOT NULL,
        refresh_token HASH NOT NULL,
        device_id STR(128),
        device_name STR(100),
        device_type STR(32),
        user_agent STR(255),
        browser STR(100),
        os STR(100),
        ip STR(45),
        location STR(200),
        created_at BIGINT NOT NULL,
        last_active_at BIGINT NOT NULL,
        idle_end BIGINT NOT NULL,
        absolute_end BIGINT NOT NULL,
        ends_at BIGINT NOT NULL,
        revoked_at BIGINT,
        revoked_reason STR(32),
        risk_score BIGINT NOT NULL,
        risk_reasons TEXT NOT NULL";
    let table = create_table(manager, "user_sessions", Rows::Heap, columns).await?;
    table
        .index("ix_user_sessions_live", "user_id, revoked_at, ends_at")
        .await?
        .index("ix_user_sessions_created_at", "user_id, created_at")
        .await?
        .index("ix_user_sessions_ends_at", "revoked_at, ends_at")
        .await?
        .index("ix_user_sessions_access_token", "access_token")
        .await?
        .index("ix_user_sessions_refresh_token", "refresh_token")
        .await?
        .index_where("ix_user_sessions_device_id", "user_id, device_id", "device_id IS NOT NULL")
        .await?
        .index_where("ix_user_sessions_ip", "ip", "ip IS NOT NULL")
        .await?;
    Ok(())
}

async fn tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        hash HASH NOT NULL PRIMARY KEY,
        session_id UUID NOT NULL,
        issued_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        used_at BIGINT,
        successor HASH,
        sealed_reply BLOB";
    let table = create_table(manager, "refresh_tokens", Rows::Heap, columns).await?;
    table
        .index("ix_refresh_tokens_session_id", "session_id")
        .await?
        .index("ix_refresh_tokens_expires_at", "expires_at")
        .await?
        .index_where("ix_refresh_tokens_used_at", "used_at", "sealed_reply IS NOT NULL")
        .await?;

    let columns = "
        hash HASH NOT NULL PRIMARY KEY,
        expires_at BIGINT NOT NULL,
        denied_at BIGINT NOT NULL";
    let table = create_table(manager, "revoked_tokens", Rows::ByKey, columns).await?;
    table.index("ix_revoked_tokens_expires_at", "expires_at").await?;
    Ok(())
}

async fn lockouts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        bucket HASH NOT NULL PRIMARY KEY,
        failures BIGINT NOT NULL,
        locked_until BIGINT,
        touched_at BIGINT NOT NULL";
    let table = create_table(manager, "sign_in_failures", Rows::ByKey, columns).await?;
    table.index("ix_sign_in_failures_touched_at", "touched_at").await?;

    let columns = "
        user_id UUID NOT NULL,
        device HASH NOT NULL,
        first_seen_at BIGINT NOT NULL,
        last_seen_at BIGINT NOT NULL,
        PRIMARY KEY (user_id, device)";
    create_table(manager, "known_devices", Rows::ByKey, columns).await?;
    Ok(())
}

/// The keys of apps, and those of the tokens, which have no app. An active or spare key holds a place that only one can hold.
async fn signing_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = "
        id UUID NOT NULL PRIMARY KEY,
        app_id UUID,
        state STR(16) NOT NULL,
        place STR(64),
        public_key HASH NOT NULL,
        sealed_seed BLOB NOT NULL,
        created_at BIGINT NOT NULL,
        retired_at BIGINT";
    let table = create_table(manager, "signing_keys", Rows::Heap, columns).await?;
    table.unique("uq_signing_keys_place", "place").await?.index("ix_signing_keys_app_id", "app_id, state").await?;
    Ok(())
}
