//! Brings the schema up to date, once, however many nodes start together.

use cardkey_events::StoreError;
use cardkey_migrations::Migrator;
use sea_orm::{DatabaseConnection, DbBackend, SqliteTransactionMode, TransactionOptions, TransactionTrait};
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

    /// Applies what waits, once no other process does.
    pub(crate) async fn run(self) -> Result<Vec<String>, MigrateError> {
        let done = match self.0.get_database_backend() {
            DbBackend::Sqlite => self.run_in_one_transaction().await,
            _ => self.run_under_lock().await,
        };
        // The lock ends with the connection.
        let closed = self.0.close().await.map_err(failed);
        let ran = done?;
        closed.map(|()| ran)
    }

    /// A file knows no lock but that of its writer: the one who has it looks what waits and applies it, and lets go with the commit.
    async fn run_in_one_transaction(&self) -> Result<Vec<String>, MigrateError> {
        let as_writer = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = self.0.begin_with_options(as_writer).await.map_err(failed)?;
        let before = MigrationStatus::read(On::Transaction(&transaction)).await?;
        if !before.pending.is_empty() {
            Migrator::up(&transaction, None).await.map_err(failed)?;
        }
        transaction.commit().await.map_err(failed)?;
        Ok(before.pending)
    }

    /// A server's tables change outside transactions (MySQL), so a lock by name is held meanwhile.
    async fn run_under_lock(&self) -> Result<Vec<String>, MigrateError> {
        let on = On::Server(&self.0);
        let locked = match on.backend() {
            DbBackend::Postgres => one(on, "SELECT pg_advisory_lock(?)", params![LOCK_NUMBER]).await,
            _ => one(on, "SELECT GET_LOCK(?, 300)", params![LOCK]).await,
        };
        locked.map_err(MigrateError::Store)?;
        let before = MigrationStatus::read(on).await?;
        if !before.pending.is_empty() {
            Migrator::up(&self.0, None).await.map_err(failed)?;
        }
        Ok(before.pending)
    }
}

fn failed(error: sea_orm::DbErr) -> MigrateError {
    MigrateError::Store(store_error(error))
}
