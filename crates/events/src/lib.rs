//! What happened, who did it, and the promise that both are kept with the change itself.
//!
//! Every unit of work offers three append-only ports ([`Transaction`]): the outbox (events, for handlers), the audit log (deeds, for
//! people) and the receipts (replies, for retries). A use case writes its change through its own repositories, calls
//! [`record`] for the other two and [`Call::finish`] to keep the receipt and commit. The [`Bus`] hands committed events to handlers.
//! No database, no HTTP, no cipher is known here.

#![deny(missing_docs)]

mod audit;
mod auditable;
mod bus;
mod call;
mod catalog;
mod event;
mod ports;
mod receipt;
mod record;
mod store_error;

pub use audit::{AuditEntry, AuditLevel, AuditStatus, Deed};
pub use auditable::{Auditable, Fact, Reference};
pub use bus::{Bus, Handler, HandlerError};
pub use call::{Actor, Call};
pub use catalog::Happening;
pub use event::Event;
pub use ports::{AuditLog, Outbox, OutboxQueue, ReceiptReader, Receipts, Transaction};
pub use receipt::{Once, Receipt, Sealer};
pub use record::record;
pub use store_error::{Constraint, StoreError};
