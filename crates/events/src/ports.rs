use async_trait::async_trait;
use cardkey_domain::{EventId, Timestamp};

use crate::{AuditEntry, Event, Receipt, StoreError};

/// What every unit of work offers beside its repositories. Dropping it undoes everything. What an insert breaks (a conflict) may be told
/// by that insert, by a later statement, or by the commit.
#[async_trait]
pub trait Transaction: Send {
    /// Where events wait for their handlers.
    fn outbox(&mut self) -> &mut dyn Outbox;
    /// Where deeds are kept for people.
    fn audit_log(&mut self) -> &mut dyn AuditLog;
    /// Where replies are kept for retries.
    fn receipts(&mut self) -> &mut dyn Receipts;
    /// Makes all of it durable. When this returns `Ok`, a power cut changes nothing.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Events on their way out. Append-only.
#[async_trait]
pub trait Outbox: Send {
    /// Adds an event to the unit of work.
    async fn append(&mut self, event: &Event) -> Result<(), StoreError>;
}

/// Who did what. Append-only.
#[async_trait]
pub trait AuditLog: Send {
    /// Adds a row to the unit of work.
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;
}

/// Replies kept for retries. Append-only.
#[async_trait]
pub trait Receipts: Send {
    /// Keeps a reply; [`crate::Constraint::Receipt`] when another request with this key was first.
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError>;
}

/// Reads receipts, outside any unit of work.
#[async_trait]
pub trait ReceiptReader: Send + Sync {
    /// The receipt of a key, unless it is forgotten.
    async fn find(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Receipt>, StoreError>;
    /// Deletes what is forgotten; tells how many.
    async fn forget(&self, now: Timestamp) -> Result<u64, StoreError>;
}

/// The relay's side of the outbox.
#[async_trait]
pub trait OutboxQueue: Send + Sync {
    /// The oldest undelivered events, in order.
    async fn undelivered(&self, limit: u32) -> Result<Vec<Event>, StoreError>;
    /// Marks events as delivered to every handler.
    async fn mark_delivered(&self, ids: &[EventId], now: Timestamp) -> Result<(), StoreError>;
    /// Waits until something may have been appended in this process. May wake for nothing.
    async fn appended(&self);
}
