//! What was done, for people: the search of the audit log and the dashboard's figures.
//!
//! The rows themselves are written by the use cases of the other services, in the same unit of work as the change they tell of, through
//! `events`. This crate reads them – it knows the filter ([`AuditFilter`]), the figures ([`Figures`]) and the ports that fetch them – and writes one kind
//! of row itself: the refusals that happen before any service is asked ([`RefusalLog`]).

#![deny(missing_docs)]

mod dashboard;
mod filter;
pub mod memory;
mod ports;
mod refuse;
mod search;

pub use dashboard::{Dashboard, DayFigures, Figures};
pub use filter::{AuditFilter, AuditTarget};
pub use ports::{ActivityCount, AuditReader, AuditStore, CardKeyTotals, DashboardReader, Totals};
pub use refuse::RefusalLog;
pub use search::AuditSearch;
