use std::sync::{Mutex, MutexGuard, PoisonError};

use cardkey_events::StoreError;
use sea_orm::DatabaseTransaction;
use tokio::sync::OnceCell;

use crate::database::Database;
use crate::sql::{On, Write, execute_together};
use crate::sqlite::Turn;

/// A transaction that begins when it must, and the writes that wait for its next statement or its commit: those that follow each other
/// travel together, so that most units are one round trip. A promise that one of them breaks is therefore told a little later than where
/// it was made.
pub(crate) struct Unit {
    database: Database,
    begun: OnceCell<Transaction>,
    waiting: Mutex<Vec<Write>>,
}

/// A transaction under way.
pub(crate) enum Transaction {
    /// A share of a SQLite file's.
    Turn(Turn),
    /// One of its own, on a server.
    Own(DatabaseTransaction),
}

impl Unit {
    pub(crate) fn new(database: Database) -> Self {
        Self { database, begun: OnceCell::new(), waiting: Mutex::default() }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    /// Leaves a write for later.
    pub(crate) fn leave(&self, write: Write) {
        self.waiting().push(write);
    }

    /// Where statements go once nothing waits any more.
    pub(crate) async fn settled(&self) -> Result<On<'_>, StoreError> {
        let transaction = self.begun.get_or_try_init(|| self.database.begin()).await?;
        let waiting = std::mem::take(&mut *self.waiting());
        if !waiting.is_empty() {
            Box::pin(execute_together(transaction.on(), waiting)).await?;
        }
        Ok(transaction.on())
    }

    /// The transaction, if there is one already, and what waits still.
    pub(crate) fn into_parts(self) -> (Option<Transaction>, Vec<Write>) {
        (self.begun.into_inner(), self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Write>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transaction {
    /// Where its statements go.
    pub(crate) fn on(&self) -> On<'_> {
        match self {
            Self::Turn(turn) => On::Turn(turn),
            Self::Own(transaction) => On::Transaction(transaction),
        }
    }
}
