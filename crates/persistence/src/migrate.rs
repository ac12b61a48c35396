//! Brings the schema up to date, once, however many nodes start together.

use cardkey_events::StoreError;
use cardkey_migrations::Migrator;
use sea_orm::{DatabaseConnection, DbBackend};
use sea_orm_migration::MigratorTrait;

use crate::connect::{ConnectError, connect_to_migrate};
use crate::error::store_error;
use crate::sql::{On, all, number, one, params};

/// Why the schema cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program has been here: its migrations are unknown to this one.
    #[error("the database is newer than this program: it has migration {0}")]
    Newer(String),
    /// The database cannot be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A migration, or reading which ones ran, failed.
    #[error("the database cannot be migrated")]
    Store(#[source] StoreError),
}

/// Which migrations ran and which wait, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Those that ran.
    pub applied: Vec<String>,
    /// Those that wait.
    pub pending: Vec<String>,
}

impl MigrationStatus {
    /// How a database stands that is not there yet.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self { applied: Vec::new(), pending: known() }
    }

    pub(crate) async fn read(on: On<'_>) -> Result<Self, MigrateError> {
        let applied = applied(on).await.map_err(MigrateError::Store)?;
        let known = known();
        if let Some(unknown) = applied.iter().rfind(|name| !known.contains(name)) {
            return Err(MigrateError::Newer(unknown.clone()));
        }
        let pending = known.into_iter().filter(|name| !applied.contains(name)).collect();
        Ok(Self { applied, pending })
    }
}

fn known() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

/// The table in which sea-orm-migration notes what ran.
const TABLE: &str = "seaql_migrations";

/// The migrations that ran; none where even their table is missing.
async fn applied(on: On<'_>) -> Result<Vec<String>, StoreError> {
    let exists = match on.backend() {
        DbBackend::Sqlite => "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = ?",
        DbBackend::Postgres => {
            "SELECT COUNT(*) AS n FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
        }
        _ => "SELECT COUNT(*) AS n FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
    };
    if number(on, exists, params![TABLE]).await? == 0 {
        return Ok(Vec::new());
    }
    let rows = all(on, &format!("SELECT version FROM {TABLE} ORDER BY version"), Vec::new()).await?;
    rows.iter().map(|row| row.get("version")).collect()
}

/// The name of the lock that one node holds while it migrates.
const LOCK: &str = "cardkey-migrations";
const LOCK_NUMBER: i64 = 0x0063_6172_646B_6579;

/// A connection that migrates.
pub(crate) struct Migrations(DatabaseConnection);

impl Migrations {
    pub(crate) async fn connect(url: &str) -> Result<Self, MigrateError> {
        Ok(Self(connect_to_migrate(url).await?))
    }

    pub(crate) async fn run(self) -> Result<Vec<String>, MigrateError> {
        self.lock().await.map_err(MigrateError::Store)?;
        let done = self.run_locked().await;
        // The lock ends with the connection.
        let closed = self.0.close().await.map_err(failed);
        let ran = done?;
        closed.map(|()| ran)
    }

    async fn run_locked(&self) -> Result<Vec<String>, MigrateError> {
        let before = MigrationStatus::read(On::Server(&self.0)).await?;
        if !before.pending.is_empty() {
            Migrator::up(&self.0, None).await.map_err(failed)?;
        }
        Ok(before.pending)
    }

    /// Waits until no other node migrates. A SQLite file has one node.
    async fn lock(&self) -> Result<(), StoreError> {
        let on = On::Server(&self.0);
        match on.backend() {
            DbBackend::Postgres => one(on, "SELECT pg_advisory_lock(?)", params![LOCK_NUMBER]).await.map(|_| ()),
            DbBackend::MySql => one(on, "SELECT GET_LOCK(?, 300)", params![LOCK]).await.map(|_| ()),
            _ => Ok(()),
        }
    }
}

fn failed(error: sea_orm::DbErr) -> MigrateError {
    MigrateError::Store(store_error(error))
}
