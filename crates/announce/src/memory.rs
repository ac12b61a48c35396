//! The ports in memory, for unit tests and as the meaning that the databases are held to: one unit of work at a time, each on a copy
//! that becomes the truth when it commits.

mod live;
mod reader;
mod rows;
mod work;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cardkey_domain::{AppId, Timestamp, UserId};
use cardkey_events::{AuditEntry, Event, Receipt, ReceiptReader, StoreError};
use futures::lock::Mutex as WriterLock;

use self::rows::Rows;
use self::work::MemoryWork;
use crate::{AnnouncementReader, Reader, Store, UnitOfWork};

/// A store that is gone with the process.
#[derive(Default)]
pub struct MemoryStore {
    committed: Arc<Mutex<Rows>>,
    writer: Arc<WriterLock<()>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an active account with what it belongs to, or says anew what it belongs to. Accounts, apps and groups are not this crate's to
    /// write; what an account belongs to exists.
    pub fn know(&self, name: &str, reader: &Reader) {
        lock(&self.committed).people.insert(reader.user_id, (name.to_owned(), reader.clone()));
    }

    /// Says what an app is called.
    pub fn name_app(&self, app: AppId, name: &str) {
        lock(&self.committed).apps.insert(app, name.to_owned());
    }

    /// Removes an account.
    pub fn forget_user(&self, user: UserId) {
        lock(&self.committed).people.remove(&user);
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
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let turn = Arc::clone(&self.writer).lock_owned().await;
        let rows = lock(&self.committed).clone();
        Ok(Box::new(MemoryWork::new(rows, Arc::clone(&self.committed), turn)))
    }

    fn read(&self) -> &dyn AnnouncementReader {
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
