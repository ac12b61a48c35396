//! The audit log: search, export and statistics (AUD-02 to AUD-04).

mod export;
mod filter;
mod list;
mod statistics;

pub(super) use export::export;
pub(super) use list::list;
pub(super) use statistics::statistics;
