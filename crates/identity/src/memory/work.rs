mod deny_list;
mod lockouts;
mod refresh_tokens;
mod roles;
mod sessions;
mod signing_keys;
mod users;

use std::mem;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_events::{AuditEntry, AuditLog, Constraint, Event, Outbox, Receipt, Receipts, StoreError, Transaction};
use futures::lock::OwnedMutexGuard;

use super::rows::Rows;
use crate::revocations::lock;

/// A unit of work: a copy of everything, and the right to be the only one.
pub(super) struct MemoryWork {
    rows: Rows,
    committed: Arc<Mutex<Rows>>,
    _turn: OwnedMutexGuard<()>,
}

impl MemoryWork {
    pub(super) fn new(rows: Rows, committed: Arc<Mutex<Rows>>, turn: OwnedMutexGuard<()>) -> Self {
        Self { rows, committed, _turn: turn }
    }
}

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

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        *lock(&self.committed) = mem::take(&mut self.rows);
        Ok(())
    }
}

#[async_trait]
impl Outbox for MemoryWork {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        self.rows.events.push(event.clone());
        Ok(())
    }
}

#[async_trait]
impl AuditLog for MemoryWork {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.rows.audit_rows.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Receipts for MemoryWork {
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let key = (receipt.scope.clone(), receipt.key.clone());
        if self.rows.receipts.contains_key(&key) {
            return Err(StoreError::Conflict(Constraint::Receipt));
        }
        self.rows.receipts.insert(key, receipt.clone());
        Ok(())
    }
}
