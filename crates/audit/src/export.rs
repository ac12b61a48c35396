use std::sync::Arc;

use cardkey_domain::{Ambient, Cursor, Id, PageRequest};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus, Auditable, Call, Deed, Fact, StoreError, record};

use crate::{AuditFilter, AuditReader, AuditStore};

/// So many rows are in memory at a time.
const STEP: u32 = 2_000;

/// Hands out the audit log, row by row (AUD-04).
#[derive(Clone)]
pub struct AuditExports {
    reader: Arc<dyn AuditReader>,
    store: Arc<dyn AuditStore>,
    ambient: Ambient,
}

/// Rows on their way out, newest first. It ends when [`AuditExports::step`] returns nothing.
#[derive(Debug)]
pub struct AuditExport {
    filter: AuditFilter,
    next: Option<PageRequest>,
}

impl AuditExports {
    /// Reads through a reader and writes down each export through a store.
    pub fn new(reader: Arc<dyn AuditReader>, store: Arc<dyn AuditStore>, ambient: Ambient) -> Self {
        Self { reader, store, ambient }
    }

    /// Begins an export and writes down that it was made, and of what.
    pub async fn begin(
        &self,
        call: &Call,
        filter: AuditFilter,
        format: &'static str,
    ) -> Result<AuditExport, StoreError> {
        let deed = Deed::done("audit_log.export").with("format", format).with("filter", of_what(&filter));
        let mut work = self.store.begin().await?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        work.commit().await?;
        // The identifiers of rows that are written from now on are greater than this one.
        let start = Cursor::at(self.ambient.id::<cardkey_domain::AuditId>().uuid());
        Ok(AuditExport { filter, next: Some(PageRequest::of(STEP).after(start)) })
    }

    /// The next rows.
    pub async fn step(&self, export: &mut AuditExport) -> Result<Vec<AuditEntry>, StoreError> {
        let Some(page) = export.next else { return Ok(Vec::new()) };
        let rows = self.reader.rows(&export.filter, &page).await?;
        let is_full = rows.len() >= STEP as usize;
        export.next = rows.last().filter(|_| is_full).map(|last| page.after(Cursor::at(last.id.uuid())));
        Ok(rows)
    }
}

/// What was asked for: what has a form of its own; of free text only that there was some, since people paste anything into a search.
fn of_what(filter: &AuditFilter) -> Fact {
    let free = [
        ("action", filter.action.is_some()),
        ("target", filter.target.is_some()),
        ("ip", filter.ip.is_some()),
        ("q", filter.text.is_some()),
    ];
    let given: Vec<&'static str> = free.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect();
    Fact::fields([
        ("user_id", filter.user_id.fact()),
        ("level", filter.level.map(AuditLevel::as_str).fact()),
        ("status", filter.status.map(AuditStatus::as_str).fact()),
        ("from", filter.from.fact()),
        ("to", filter.to.fact()),
        ("by", if given.is_empty() { Fact::NONE } else { given.fact() }),
    ])
}

#[cfg(test)]
mod tests;
