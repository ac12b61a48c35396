//! The ports in memory, for unit tests and as the meaning that the databases are held to.

mod chain;
mod folder;

pub use chain::{Kept, MemoryChain, a_record};
pub use folder::{MemoryAnchors, MemoryFolder};

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cardkey_domain::{AuditId, Id, Page, PageRequest, Timestamp, UserId};
use cardkey_events::{
    AuditEntry, AuditLevel, AuditLog, AuditStatus, Event, Outbox, Receipt, Receipts, StoreError, Transaction,
};
use uuid::Uuid;

use crate::{
    ActivityCount, AuditFilter, AuditReader, AuditStore, DashboardReader, HourCount, Hours, StatisticsReader, Totals,
    hour_of,
};

/// An audit log that is a list.
#[derive(Debug, Default)]
pub struct MemoryAudit {
    entries: Mutex<Vec<AuditEntry>>,
    totals: Mutex<Totals>,
}

impl MemoryAudit {
    /// Adds a row.
    pub fn append(&self, entry: AuditEntry) {
        lock(&self.entries).push(entry);
    }

    fn found(&self, filter: &AuditFilter, page: &PageRequest) -> impl Iterator<Item = AuditEntry> + use<> {
        let mut rows: Vec<_> = lock(&self.entries).iter().filter(|entry| filter.agrees(entry)).cloned().collect();
        rows.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        let before = page.before();
        let offset = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        rows.into_iter().filter(move |entry| before.is_none_or(|before| entry.id.uuid() < before)).skip(offset)
    }

    fn during(&self, hours: Hours) -> Vec<AuditEntry> {
        let entries = lock(&self.entries);
        entries.iter().filter(|entry| entry.at >= hours.from && entry.at < hours.to).cloned().collect()
    }

    /// Says what [`DashboardReader::totals`] answers.
    pub fn set_totals(&self, totals: Totals) {
        *lock(&self.totals) = totals;
    }
}

/// A unit of work of [`MemoryAudit`]: rows appear at its commit; events and receipts go nowhere.
struct MemoryWork {
    audit: Arc<MemoryAudit>,
    rows: Vec<AuditEntry>,
}

#[async_trait]
impl AuditStore for Arc<MemoryAudit> {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(MemoryWork { audit: Self::clone(self), rows: Vec::new() }))
    }
}

#[async_trait]
impl Transaction for MemoryWork {
    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn audit_log(&mut self) -> &mut dyn AuditLog {
        self
    }

    fn receipts(&mut self) -> &mut dyn Receipts {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { audit, rows } = *self;
        rows.into_iter().for_each(|row| audit.append(row));
        Ok(())
    }
}

#[async_trait]
impl AuditLog for MemoryWork {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.rows.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Outbox for MemoryWork {
    async fn append(&mut self, _event: &Event) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Receipts for MemoryWork {
    async fn keep(&mut self, _receipt: &Receipt) -> Result<(), StoreError> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[async_trait]
impl AuditReader for MemoryAudit {
    async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let total = lock(&self.entries).iter().filter(|entry| filter.agrees(entry)).count() as u64;
        let rows = self.found(filter, page).take(page.size() as usize + 1).collect();
        Ok(Page::from_rows(rows, page, total, |entry: &AuditEntry| entry.id.uuid()))
    }

    async fn rows(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.found(filter, page).take(page.size() as usize).collect())
    }
}

#[async_trait]
impl StatisticsReader for MemoryAudit {
    async fn hour_counts(&self, hours: Hours) -> Result<Vec<HourCount>, StoreError> {
        let one = |entry: &AuditEntry| HourCount {
            hour: hour_of(entry.at),
            action: entry.action.clone(),
            status: entry.status,
            level: entry.level,
            count: 1,
        };
        Ok(self.during(hours).iter().map(one).collect())
    }

    async fn busiest(&self, hours: Hours, limit: u32) -> Result<Vec<(UserId, u64)>, StoreError> {
        let mut counts = BTreeMap::<UserId, u64>::new();
        for user in self.during(hours).iter().filter_map(|entry| entry.user_id) {
            *counts.entry(user).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(limit as usize);
        Ok(counts)
    }
}

#[async_trait]
impl DashboardReader for MemoryAudit {
    async fn totals(&self, _now: Timestamp, _online_since: Timestamp) -> Result<Totals, StoreError> {
        Ok(*lock(&self.totals))
    }

    async fn activity(&self, since: Timestamp, step: Duration) -> Result<Vec<ActivityCount>, StoreError> {
        let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        let step_of = |moment: Timestamp| Timestamp::from_micros(moment.micros() / step * step);
        let mut counts: BTreeMap<(Timestamp, String, &'static str), ActivityCount> = BTreeMap::new();
        for entry in lock(&self.entries).iter().filter(|entry| entry.at >= step_of(since)) {
            let from = step_of(entry.at);
            let none = || ActivityCount { from, action: entry.action.clone(), status: entry.status, count: 0 };
            counts.entry((from, entry.action.clone(), entry.status.as_str())).or_insert_with(none).count += 1;
        }
        Ok(counts.into_values().collect())
    }
}

/// A row for tests: done by nobody at a fixed moment.
#[must_use]
pub fn an_entry(action: &str) -> AuditEntry {
    AuditEntry {
        id: AuditId::from_uuid(Uuid::from_u128(1)),
        at: Timestamp::from_seconds(1_800_000_000),
        user_id: None,
        actor: "nobody".into(),
        action: action.to_owned(),
        target_kind: None,
        target_id: None,
        ip: None,
        user_agent: None,
        request_id: "request".into(),
        status: AuditStatus::Ok,
        level: AuditLevel::Info,
        code: None,
        details: serde_json::json!({}),
    }
}
