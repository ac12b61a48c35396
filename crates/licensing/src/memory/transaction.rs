use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::{
    AuditEntry, AuditLog, Constraint, Event, Outbox, Receipt, ReceiptReader, Receipts, StoreError, Transaction,
};

use super::store::MemoryStore;
use super::work::MemoryWork;

#[async_trait]
impl Transaction for MemoryWork {
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
        let Self { state, store, .. } = *self;
        store.with(|committed| {
            // Accounts are written outside units of work.
            let accounts = Arc::clone(&committed.accounts);
            *committed = state;
            committed.accounts = accounts;
        });
        Ok(())
    }
}

#[async_trait]
impl Outbox for MemoryWork {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        Arc::make_mut(&mut self.state.events).push(event.clone());
        Ok(())
    }
}

#[async_trait]
impl AuditLog for MemoryWork {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        Arc::make_mut(&mut self.state.audit).push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Receipts for MemoryWork {
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let key = (receipt.scope.clone(), receipt.key.clone());
        match Arc::make_mut(&mut self.state.receipts).insert(key, receipt.clone()) {
            None => Ok(()),
            Some(_) => Err(StoreError::Conflict(Constraint::Receipt)),
        }
    }
}

#[async_trait]
impl ReceiptReader for MemoryStore {
    async fn find(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Receipt>, StoreError> {
        let found = self.snapshot().receipts.get(&(scope.to_owned(), key.to_owned())).cloned();
        Ok(found.filter(|receipt| now < receipt.kept_until))
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.with(|state| {
            let before = state.receipts.len();
            Arc::make_mut(&mut state.receipts).retain(|_, receipt| now < receipt.kept_until);
            Ok((before - state.receipts.len()) as u64)
        })
    }
}
