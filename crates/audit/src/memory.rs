//! The ports in memory, for unit tests and as the meaning that the databases are held to.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use cardkey_domain::{AuditId, Id, Page, PageRequest, Timestamp};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus, StoreError};
use uuid::Uuid;

use crate::{ActivityCount, AuditFilter, AuditReader, DashboardReader, Totals};

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

    /// Says what [`DashboardReader::totals`] answers.
    pub fn set_totals(&self, totals: Totals) {
        *lock(&self.totals) = totals;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[async_trait]
impl AuditReader for MemoryAudit {
    async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let mut rows: Vec<_> = lock(&self.entries).iter().filter(|entry| filter.agrees(entry)).cloned().collect();
        rows.sort_by_key(|entry| std::cmp::Reverse(entry.id));
        let total = rows.len() as u64;
        let rows = rows
            .into_iter()
            .filter(|entry| page.before().is_none_or(|before| entry.id.uuid() < before))
            .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
            .take(page.size() as usize + 1)
            .collect();
        Ok(Page::from_rows(rows, page, total, |entry: &AuditEntry| entry.id.uuid()))
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
