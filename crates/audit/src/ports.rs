use std::time::Duration;

use async_trait::async_trait;
use cardkey_domain::{Page, PageRequest, Timestamp, UserId};
use cardkey_events::{AuditEntry, AuditStatus, StoreError, Transaction};

use crate::{AuditFilter, HourCount, Hours};

/// Opens units of work that hold nothing but audit rows: for what was refused before any service saw it.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Opens one. Dropping it undoes everything.
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;
}

/// Reads the audit log.
#[async_trait]
pub trait AuditReader: Send + Sync {
    /// A page of the rows that pass the filter, newest first.
    async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError>;

    /// The rows of a page alone, for those who walk through all of them.
    async fn rows(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Vec<AuditEntry>, StoreError>;
}

/// Reads how much was done.
#[async_trait]
pub trait StatisticsReader: Send + Sync {
    /// How many rows there are of each hour, action, ending and level; in no order.
    async fn hour_counts(&self, hours: Hours) -> Result<Vec<HourCount>, StoreError>;

    /// The accounts with the most rows, those with most first, then by identifier.
    async fn busiest(&self, hours: Hours, limit: u32) -> Result<Vec<(UserId, u64)>, StoreError>;
}

/// Reads the figures of the dashboard. They are for people: a few seconds' staleness is allowed.
#[async_trait]
pub trait DashboardReader: Send + Sync {
    /// How much there is of everything. A session is alive when it is neither revoked nor past an end at `now`; a device is online when
    /// it was seen at or after `online_since`.
    async fn totals(&self, now: Timestamp, online_since: Timestamp) -> Result<Totals, StoreError>;

    /// How often each action ended in each way, in steps of `step` counted from the Unix epoch, from the step that holds `since` on.
    /// Steps without rows are left out; the order is by time, then action.
    async fn activity(&self, since: Timestamp, step: Duration) -> Result<Vec<ActivityCount>, StoreError>;
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Accounts, disabled ones among them.
    pub users: u64,
    /// Live sessions.
    pub sessions: u64,
    /// Applications.
    pub apps: u64,
    /// Card keys by state.
    pub card_keys: CardKeyTotals,
    /// Licences.
    pub licences: u64,
    /// Devices.
    pub devices: u64,
    /// Devices seen lately.
    pub devices_online: u64,
}

/// Card keys by state (CARD-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the states' own names")]
pub struct CardKeyTotals {
    pub unused: u64,
    pub activated: u64,
    pub expired: u64,
    pub disabled: u64,
    pub deleted: u64,
}

/// How often one action ended in one way within one step of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivityCount {
    /// When the step starts.
    pub from: Timestamp,
    /// The action, as `noun.verb`.
    pub action: String,
    /// How it ended.
    pub status: AuditStatus,
    /// How often.
    pub count: u64,
}
