use std::sync::Arc;

use cardkey_events::StoreError;
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait, Value};
use tokio::sync::Notify;

use crate::connect::{ConnectError, Connected, connect};
use crate::error::store_error;
use crate::migrate::{MigrateError, MigrationStatus, Migrations};
use crate::sql::{On, Write, execute, execute_together, one};
use crate::unit::Transaction;
use crate::work::Work;

/// The database: the store and the reader of every service. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    connected: Connected,
    url: String,
    pool: u32,
    appended: Arc<Notify>,
    spoken: Arc<Notify>,
}

impl Database {
    /// Opens the database of a URL (`sqlite:…`, `postgres:…`, `mysql:…`). `pool` bounds the connections to a server; a SQLite file has one
    /// writer and two to four readers. Nothing is migrated.
    pub async fn connect(url: &str, pool: u32) -> Result<Self, ConnectError> {
        let appended = Arc::new(Notify::new());
        let connected = connect(url, pool, &appended).await?;
        Ok(Self { inner: Arc::new(Inner { connected, url: url.to_owned(), pool, appended, spoken: Arc::default() }) })
    }

    /// Brings the schema up to date; returns the names of the migrations that ran. One node does it, the others wait.
    pub async fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        Migrations::connect(&self.inner.url).await?.run().await
    }

    /// Which migrations ran and which wait, without changing anything.
    pub async fn migration_status(&self) -> Result<MigrationStatus, MigrateError> {
        MigrationStatus::read(self.reads()).await
    }

    /// Asks the database for a sign of life: of our tables, since a server answers without them too.
    pub async fn ping(&self) -> Result<(), StoreError> {
        one(self.reads(), "SELECT name FROM secrets LIMIT 1", Vec::new()).await.map(|_| ())
    }

    /// Which kind of database it is: `sqlite`, `postgres` or `mysql`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.backend() {
            DbBackend::Postgres => "postgres",
            DbBackend::MySql => "mysql",
            _ => "sqlite",
        }
    }

    /// Where reads outside a unit of work go.
    pub(crate) fn reads(&self) -> On<'_> {
        match &self.inner.connected {
            Connected::File(readers, _) => On::Readers(readers),
            Connected::Server(pool) => On::Server(pool),
        }
    }

    pub(crate) fn connected(&self) -> &Connected {
        &self.inner.connected
    }

    /// How many connections to a server there may be.
    pub(crate) fn pool(&self) -> u32 {
        self.inner.pool
    }

    pub(crate) fn backend(&self) -> DbBackend {
        self.reads().backend()
    }

    pub(crate) fn appended_notice(&self) -> &Notify {
        &self.inner.appended
    }

    /// Told after each commit that appended to the live log.
    pub(crate) fn spoken_notice(&self) -> &Notify {
        &self.inner.spoken
    }

    /// Opens a unit of work.
    pub(crate) fn work(&self) -> Work {
        Work::new(self.clone())
    }

    /// Runs one statement as a unit of work of its own; returns how many rows it changed.
    pub(crate) async fn write(&self, sql: &str, values: Vec<Value>) -> Result<u64, StoreError> {
        match &self.inner.connected {
            Connected::Server(pool) => execute(On::Server(pool), sql, values).await,
            Connected::File(_, writer) => {
                let turn = writer.turn().await?;
                let changed = execute(On::Turn(&turn), sql, values).await?;
                turn.commit(false).await?;
                Ok(changed)
            }
        }
    }

    /// Writes that are one statement and so need no transaction.
    pub(crate) async fn write_at_once(&self, writes: Vec<Write>, announce: bool) -> Result<(), StoreError> {
        execute_together(self.reads(), writes).await?;
        if announce {
            self.inner.appended.notify_one();
        }
        Ok(())
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self) -> Result<Transaction, StoreError> {
        match &self.inner.connected {
            Connected::File(_, writer) => writer.turn().await.map(Transaction::Turn),
            Connected::Server(pool) => begin(pool.clone()).await.map(Transaction::Own),
        }
    }

    /// Makes a transaction durable, whether or not anybody waits for it still. `announce` says that the outbox holds something new.
    pub(crate) async fn commit(&self, transaction: Transaction, announce: bool) -> Result<(), StoreError> {
        match transaction {
            Transaction::Turn(turn) => turn.commit(announce).await,
            Transaction::Own(own) => commit(own, announce.then(|| Arc::clone(&self.inner.appended))).await,
        }
    }
}

/// Begins in a task of its own: a `BEGIN` given up halfway would hand a connection with an open transaction back to the pool.
async fn begin(connection: DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let begun = tokio::spawn(async move { connection.begin().await }).await;
    begun.map_err(|error| StoreError::Unavailable(error.into()))?.map_err(store_error)
}

/// Commits in a task of its own, for the same reason.
async fn commit(transaction: DatabaseTransaction, appended: Option<Arc<Notify>>) -> Result<(), StoreError> {
    let committed = tokio::spawn(async move {
        transaction.commit().await?;
        if let Some(appended) = appended {
            appended.notify_one();
        }
        Ok(())
    });
    committed.await.map_err(|error| StoreError::Unavailable(error.into()))?.map_err(store_error)
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("kind", &self.kind()).finish_non_exhaustive()
    }
}
