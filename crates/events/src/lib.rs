//! What happened, who did it, and the promise that both are kept with the change itself.
//!
//! Every unit of work offers three append-only ports ([`Transaction`]): the outbox (events, for handlers), the audit log (deeds, for
//! people) and the receipts (replies, for retries). A use case writes its change through its own repositories, calls
//! [`record`] for the other two and [`Call::finish`] to keep the receipt and commit. Committed events are handed to the [`Handler`]s of
//! the [`Bus`]; what one fails at is tried again and, in the end, a dead letter ([`Delivery`]) that can be replayed ([`EventLog`]).
//! No database, no HTTP, no cipher is known here.

#![deny(missing_docs)]

mod audit;
mod auditable;
mod bus;
mod call;
mod catalog;
mod delivery;
mod event;
mod log;
pub mod memory;
mod ports;
mod receipt;
mod record;
mod store_error;

pub use audit::{AuditEntry, AuditLevel, AuditStatus, Deed};
pub use auditable::{Auditable, Fact, Reference};
pub use bus::{Bus, Handler, HandlerError, deliver};
pub use call::{Actor, Call};
pub use catalog::{EventField, EventKind, Happening};
pub use delivery::{Delivery, DeliveryState, MOST_ATTEMPTS, UNREADABLE};
pub use event::Event;
pub use log::{EventLog, ReplayError, Replayed};
pub use ports::{
    AuditLog, EventFilter, EventReader, EventStore, EventWork, HandledEvents, Outbox, OutboxQueue, ReceiptReader,
    Receipts, Retry, StoredEvent, Transaction, Waiting,
};
pub use receipt::{Once, Receipt, Sealer};
pub use record::record;
pub use store_error::{Constraint, StoreError};
