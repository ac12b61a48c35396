//! What was done, for people: the search of the audit log and the dashboard's figures.
//!
//! The rows themselves are written by the use cases of the other services, in the same unit of work as the change they tell of, through
//! `events`. This crate only reads: it knows the filter ([`AuditFilter`]), the figures ([`Figures`]) and the ports that fetch them.

#![deny(missing_docs)]

mod dashboard;
mod filter;
pub mod memory;
mod ports;
mod search;

pub use dashboard::{Dashboard, DayFigures, Figures};
pub use filter::{AuditFilter, AuditTarget};
pub use ports::{ActivityCount, AuditReader, CardKeyTotals, DashboardReader, Totals};
pub use search::AuditSearch;
