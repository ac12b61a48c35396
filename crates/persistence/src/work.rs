//! The unit of work: one transaction, and every repository of every service on it.

use std::sync::Arc;

use async_trait::async_trait;
use cardkey_events::{AuditLog, Outbox, Receipts, StoreError, Transaction};
use sea_orm::{DatabaseConnection, DatabaseTransaction, TransactionTrait, Value};
use tokio::sync::Notify;

use crate::connect::Connected;
use crate::journal::Journal;
use crate::sql::On;
use crate::unit::{self, Unit};

/// One transaction. Dropping it undoes everything.
pub(crate) struct Work {
    unit: Unit,
    /// What is only appended, written in as few statements as possible just before the commit.
    pub(crate) journal: Journal,
    appended: Arc<Notify>,
    spoken: Arc<Notify>,
    /// Whether the live log gets something.
    spoke: bool,
}

impl Work {
    pub(crate) async fn begin(
        connected: &Connected,
        appended: &Arc<Notify>,
        spoken: &Arc<Notify>,
    ) -> Result<Self, StoreError> {
        let transaction = match connected {
            Connected::File(_, writer) => unit::Transaction::Turn(writer.turn().await?),
            Connected::Server(pool) => unit::Transaction::Own(begin(pool.clone()).await?),
        };
        let (appended, spoken) = (Arc::clone(appended), Arc::clone(spoken));
        Ok(Self { unit: Unit::new(transaction), journal: Journal::default(), appended, spoken, spoke: false })
    }

    /// Where the statements of this unit go.
    pub(crate) fn on(&self) -> On<'_> {
        On::Unit(&self.unit)
    }

    /// Inserts a row at the next statement of this unit, or at its commit.
    pub(crate) fn insert_later(&self, sql: String, values: Vec<Value>) {
        self.unit.leave((sql, values));
    }

    /// Says that the live log gets something.
    pub(crate) fn spoke(&mut self) {
        self.spoke = true;
    }

    /// Makes everything durable, whether or not anybody waits for it still.
    pub(crate) async fn keep(self) -> Result<(), StoreError> {
        let announce = self.journal.has_events();
        let Self { unit, journal, appended, spoken, spoke } = self;
        let (transaction, waiting) = unit.into_parts();
        journal.write(transaction.on(), waiting).await?;
        match transaction {
            unit::Transaction::Turn(turn) => turn.commit(announce).await?,
            unit::Transaction::Own(transaction) => commit(transaction, announce.then_some(appended)).await?,
        }
        // A caller who goes away before this leaves it to the look that is taken every second.
        if spoke {
            spoken.notify_one();
        }
        Ok(())
    }
}

/// Begins in a task of its own: a `BEGIN` given up halfway would hand a connection with an open transaction back to the pool.
async fn begin(connection: DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let begun = tokio::spawn(async move { connection.begin().await }).await;
    begun.map_err(|error| StoreError::Unavailable(error.into()))?.map_err(crate::error::store_error)
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
    committed.await.map_err(|error| StoreError::Unavailable(error.into()))?.map_err(crate::error::store_error)
}

#[async_trait]
impl Transaction for Work {
    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn audit_log(&mut self) -> &mut dyn AuditLog {
        self
    }

    fn receipts(&mut self) -> &mut dyn Receipts {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.keep().await
    }
}
