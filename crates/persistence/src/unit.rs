use std::sync::{Mutex, MutexGuard, PoisonError};

use cardkey_events::StoreError;
use sea_orm::{DatabaseTransaction, Value};

use crate::sql::{On, execute_together};
use crate::sqlite::Turn;

/// An insert that waits: the statement and its values.
pub(crate) type Insert = (String, Vec<Value>);

/// A transaction, and the inserts that wait for its next statement or its commit.
pub(crate) struct Unit {
    transaction: Transaction,
    waiting: Mutex<Vec<Insert>>,
}

/// A transaction under way.
pub(crate) enum Transaction {
    /// A share of a SQLite file's.
    Turn(Turn),
    /// One of its own, on a server.
    Own(DatabaseTransaction),
}

impl Unit {
    pub(crate) fn new(transaction: Transaction) -> Self {
        Self { transaction, waiting: Mutex::default() }
    }

    /// Leaves an insert for later.
    pub(crate) fn leave(&self, insert: Insert) {
        self.waiting().push(insert);
    }

    /// Where statements go, whatever waits.
    pub(crate) fn at_once(&self) -> On<'_> {
        self.transaction.on()
    }

    /// Where statements go once nothing waits any more.
    pub(crate) async fn settled(&self) -> Result<On<'_>, StoreError> {
        let waiting = std::mem::take(&mut *self.waiting());
        if !waiting.is_empty() {
            Box::pin(execute_together(self.at_once(), waiting)).await?;
        }
        Ok(self.at_once())
    }

    pub(crate) fn into_parts(self) -> (Transaction, Vec<Insert>) {
        (self.transaction, self.waiting.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Insert>> {
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
