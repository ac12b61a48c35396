//! The unit of work: one transaction, and every repository of every service on it.

use async_trait::async_trait;
use cardkey_events::{AuditLog, Outbox, Receipts, StoreError, Transaction};

use crate::database::Database;
use crate::journal::Journal;
use crate::sql::{On, Write, execute_together, is_one_statement};
use crate::unit::Unit;

/// One transaction. Dropping it undoes everything.
pub(crate) struct Work {
    unit: Unit,
    /// What is only appended, written in as few statements as possible just before the commit.
    pub(crate) journal: Journal,
    /// Whether the live log gets something.
    spoke: bool,
}

impl Work {
    pub(crate) fn new(database: Database) -> Self {
        Self { unit: Unit::new(database), journal: Journal::default(), spoke: false }
    }

    /// Where the statements of this unit go.
    pub(crate) fn on(&self) -> On<'_> {
        On::Unit(&self.unit)
    }

    /// Leaves a write for the next statement of this unit, or for its commit.
    pub(crate) fn later(&self, write: Write) {
        self.unit.leave(write);
    }

    /// Says that the live log gets something.
    pub(crate) fn spoke(&mut self) {
        self.spoke = true;
    }

    /// Makes everything durable, whether or not anybody waits for it still.
    pub(crate) async fn keep(self) -> Result<(), StoreError> {
        let (spoke, database) = (self.spoke, self.unit.database().clone());
        self.write().await?;
        // A caller who goes away before this leaves it to the look that is taken every second.
        if spoke {
            database.spoken_notice().notify_one();
        }
        Ok(())
    }

    async fn write(self) -> Result<(), StoreError> {
        let announce = self.journal.has_events();
        let database = self.unit.database().clone();
        let (begun, mut writes) = self.unit.into_parts();
        let rest = self.journal.into_writes(&mut writes);
        let begun = match begun {
            Some(begun) => begun,
            None if rest.is_empty() && writes.is_empty() => return Ok(()),
            None if rest.is_empty() && is_one_statement(database.backend(), &writes) => {
                return database.write_at_once(writes, announce).await;
            }
            None => database.begin().await?,
        };
        execute_together(begun.on(), writes).await?;
        for write in rest {
            execute_together(begun.on(), vec![write]).await?;
        }
        database.commit(begun, announce).await
    }
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
