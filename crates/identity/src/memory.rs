//! The ports in memory, for unit tests and as the meaning that the databases are held to: one unit of work at a time, each on a copy
//! that becomes the truth when it commits.

mod reader;
mod rows;
mod work;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_domain::BlacklistSubject;
use cardkey_domain::Timestamp;
use cardkey_events::{AuditEntry, Event, Receipt, ReceiptReader, StoreError};
use futures::lock::Mutex as WriterLock;

use self::rows::Rows;
use self::work::MemoryWork;
use crate::revocations::lock;
use crate::{Reader, Store, UnitOfWork};

/// A store that is gone with the process.
#[derive(Default)]
pub struct MemoryStore {
    committed: Arc<Mutex<Rows>>,
    writer: Arc<WriterLock<()>>,
    #[cfg(test)]
    held_reads: Mutex<Option<futures::channel::oneshot::Receiver<()>>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Every event committed so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        lock(&self.committed).events.clone()
    }

    /// Every audit row committed so far.
    #[must_use]
    pub fn audit_rows(&self) -> Vec<AuditEntry> {
        lock(&self.committed).audit_rows.clone()
    }

    /// Puts something on the blacklist, which is not identity's to write.
    pub fn blacklist(&self, subject: &BlacklistSubject) {
        lock(&self.committed).blacklist.insert(subject.to_string());
    }

    /// How many tokens are denied.
    #[must_use]
    pub fn denied_tokens(&self) -> usize {
        lock(&self.committed).denied.len()
    }
}

#[cfg(test)]
impl MemoryStore {
    /// The next read of a session brings back what it read only when the sender is used or dropped.
    pub(crate) fn hold_next_session_read(&self) -> futures::channel::oneshot::Sender<()> {
        let (release, held) = futures::channel::oneshot::channel();
        *lock(&self.held_reads) = Some(held);
        release
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned().await;
        let rows = lock(&self.committed).clone();
        Ok(Box::new(MemoryWork::new(rows, Arc::clone(&self.committed), turn)))
    }

    fn read(&self) -> &dyn Reader {
        self
    }
}

#[async_trait]
impl ReceiptReader for MemoryStore {
    async fn find(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Receipt>, StoreError> {
        let receipt = lock(&self.committed).receipts.get(&(scope.to_owned(), key.to_owned())).cloned();
        Ok(receipt.filter(|receipt| now < receipt.kept_until))
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut rows = lock(&self.committed);
        let before = rows.receipts.len();
        rows.receipts.retain(|_, receipt| now < receipt.kept_until);
        Ok((before - rows.receipts.len()) as u64)
    }
}

#[cfg(test)]
mod tests;
