use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use cardkey_domain::UserId;
use cardkey_events::{AuditEntry, Event, StoreError};

use super::lock::Lock;
use super::state::{Account, State};
use super::work::MemoryWork;
use crate::{Reader, Store, UnitOfWork};

/// A store in memory. Copies share what is stored.
#[derive(Clone, Default)]
pub struct MemoryStore {
    committed: Arc<Mutex<State>>,
    writing: Lock,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account, or changes it. Accounts are identity's; this is what licensing sees of them.
    pub fn put_account(&self, id: UserId, name: &str, active: bool) {
        let account = Account { name: name.to_owned(), active };
        self.with(|state| Arc::make_mut(&mut state.accounts).insert(id, account));
    }

    /// Every event that was committed, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.snapshot().events.to_vec()
    }

    /// Every audit row that was committed, oldest first.
    #[must_use]
    pub fn audit_log(&self) -> Vec<AuditEntry> {
        self.snapshot().audit.to_vec()
    }

    pub(super) fn snapshot(&self) -> State {
        self.with(|state| state.clone())
    }

    pub(super) fn writing(&self) -> &Lock {
        &self.writing
    }

    pub(super) fn with<R>(&self, act: impl FnOnce(&mut State) -> R) -> R {
        act(&mut self.committed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        let held = self.writing.acquire().await;
        Ok(Box::new(MemoryWork::new(self.clone(), held)))
    }

    fn read(&self) -> &dyn Reader {
        self
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}
