use async_trait::async_trait;
use cardkey_domain::{EventId, Page, PageRequest, Timestamp};

use crate::{AuditEntry, Delivery, Event, Receipt, StoreError};

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
    /// The oldest events that were not handed over yet, in order.
    async fn undelivered(&self, limit: u32) -> Result<Waiting, StoreError>;

    /// Marks events as handed over and keeps what handlers failed at, both or neither.
    async fn mark_delivered(&self, ids: &[EventId], failed: &[Delivery], now: Timestamp) -> Result<(), StoreError>;

    /// What is to be tried again by now, longest due first.
    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Retry>, StoreError>;

    /// Forgets deliveries that succeeded after all and keeps those that failed again, both or neither.
    async fn settle(&self, done: &[Delivery], failed: &[Delivery]) -> Result<(), StoreError>;

    /// Waits until something may have been appended in this process. May wake for nothing.
    async fn appended(&self);
}

/// Events that wait to be handed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// In order.
    pub events: Vec<Event>,
    /// Those that cannot be read, with the reason: a newer program wrote them, or they are damaged.
    pub unreadable: Vec<(EventId, String)>,
}

/// A delivery that is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    /// What failed.
    pub delivery: Delivery,
    /// The event; `None` when it cannot be read.
    pub event: Option<Event>,
}

/// Units of work about the events themselves, and for handlers that write.
#[async_trait]
pub trait EventStore: EventReader {
    /// Opens a unit of work. Dropping it undoes everything.
    async fn begin(&self) -> Result<Box<dyn EventWork>, StoreError>;
}

/// A unit of work of a handler or about events.
#[async_trait]
pub trait EventWork: Transaction {
    /// What handlers have handled.
    fn handled(&mut self) -> &mut dyn HandledEvents;

    /// Makes dead letters due at once and as if never tried: those of an event, or all. Tells how many.
    async fn requeue(&mut self, event: Option<EventId>, now: Timestamp) -> Result<u64, StoreError>;
}

/// What handlers that write have handled: what makes them idempotent.
#[async_trait]
pub trait HandledEvents: Send {
    /// Notes events as handled, in the unit of work that holds what was done about them; returns those that were not noted before, in
    /// the order given. When somebody else notes one of them meanwhile, this unit fails.
    async fn note(&mut self, handler: &str, events: &[EventId], now: Timestamp) -> Result<Vec<EventId>, StoreError>;
}

/// Reads events, outside any unit of work.
#[async_trait]
pub trait EventReader: Send + Sync {
    /// A page of the events that pass the filter, newest first. Counted up to 10,000.
    async fn events(&self, filter: &EventFilter, page: PageRequest) -> Result<Page<StoredEvent>, StoreError>;
    /// An event, with what handlers failed at.
    async fn event(&self, id: EventId) -> Result<Option<(StoredEvent, Vec<Delivery>)>, StoreError>;
    /// A page of the events with dead letters, newest first, each with them.
    async fn dead(&self, page: PageRequest) -> Result<Page<(StoredEvent, Vec<Delivery>)>, StoreError>;
}

/// Which events are wanted. Everything given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this name.
    pub name: Option<String>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// An event as it is kept, also when its kind is not known here.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// Its identifier.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who made it happen.
    pub actor: serde_json::Value,
    /// In which request.
    pub request_id: String,
    /// Its name.
    pub name: String,
    /// The version of its fields' meaning.
    pub schema_version: u16,
    /// Its fields.
    pub data: serde_json::Value,
    /// When it was handed to the handlers.
    pub delivered_at: Option<Timestamp>,
}
