//! What every unit of work writes beside its change: events, audit rows and receipts.

mod audit_chain;
mod audit_log;
mod audit_search;
mod dashboard;
mod deliveries;
mod outbox;
mod receipts;
