//! What was done, for people: the search of the audit log, its statistics, its export, its chain and its archives; and the dashboard's
//! figures.
//!
//! The rows themselves are written by the use cases of the other services, in the same unit of work as the change they tell of, through
//! `events`. This crate reads them: it knows the filter ([`AuditFilter`]), the figures ([`Figures`], [`Statistics`]) and the ports that
//! fetch them. Afterwards it gives each row its place in a chain of hashes ([`AuditSealer`]), moves old rows to files
//! ([`AuditRetention`]) and looks whether anything was changed ([`AuditVerification`]). It writes one kind of row itself: the refusals that
//! happen before any service is asked ([`RefusalLog`]).

#![deny(missing_docs)]

mod archive;
mod chain_ports;
mod checkpoint;
mod dashboard;
mod export;
mod filter;
pub mod memory;
mod ports;
mod record;
mod refuse;
mod retain;
mod seal;
mod search;
mod statistics;
#[cfg(test)]
mod testing;
mod verify;

pub use archive::Archive;
pub use chain_ports::{
    AnchorLog, ArchiveFolder, ArchiveReader, ArchiveStore, ArchiveWork, ArchiveWriter, ChainStore, FoundRecord,
};
pub use checkpoint::{Anchor, ChainKey, Checkpoint};
pub use dashboard::{Dashboard, DayFigures, Figures};
pub use export::{AuditExport, AuditExports};
pub use filter::{AuditFilter, AuditTarget};
pub use ports::{ActivityCount, AuditReader, AuditStore, CardKeyTotals, DashboardReader, StatisticsReader, Totals};
pub use record::{AuditRecord, Link, SealedRecord};
pub use refuse::RefusalLog;
pub use retain::{AuditRetention, RetainError, Retained, RetentionLimits};
pub use seal::{AuditSealer, SealError, SealTurn};
pub use search::AuditSearch;
pub use statistics::{AuditStatistics, HourCount, HourFigures, Hours, InvalidHours, Statistics, hour_of};
pub use verify::{AuditVerification, Finding, FindingKind, Findings, Verified, VerifyError};
