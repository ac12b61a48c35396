use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_domain::{Id, Timestamp};
use cardkey_events::{AuditEntry, AuditLog, Constraint, Event, Outbox, Receipt, Receipts, StoreError, Transaction};
use uuid::Uuid;

use super::lock;
use crate::{Archive, ArchiveStore, ArchiveWork, AuditRecord, ChainStore, Checkpoint, FoundRecord, Link, SealedRecord};

/// An audit log with its chain, in lists that a test may change behind everybody's back.
#[derive(Debug)]
pub struct MemoryChain {
    kept: Mutex<Kept>,
}

/// What [`MemoryChain`] holds.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the tables' own names")]
pub struct Kept {
    pub unsealed: Vec<AuditRecord>,
    pub sealed: Vec<SealedRecord>,
    pub head: Option<Link>,
    pub keys: Vec<(String, [u8; 32])>,
    pub checkpoints: Vec<Checkpoint>,
    pub archives: Vec<Archive>,
}

impl Default for MemoryChain {
    fn default() -> Self {
        let (unsealed, sealed, head) = (Vec::new(), Vec::new(), Some(Link::START));
        let (keys, checkpoints, archives) = (Vec::new(), Vec::new(), Vec::new());
        Self { kept: Mutex::new(Kept { unsealed, sealed, head, keys, checkpoints, archives }) }
    }
}

impl MemoryChain {
    /// Looks at everything, or changes it.
    pub fn with<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> T {
        change(&mut lock(&self.kept))
    }
}

#[async_trait]
impl ChainStore for Arc<MemoryChain> {
    async fn head(&self) -> Result<Option<Link>, StoreError> {
        Ok(self.with(|kept| kept.head))
    }

    async fn unsealed(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        let mut rows = self.with(|kept| kept.unsealed.clone());
        rows.sort_by_key(|row| row.id);
        rows.truncate(limit as usize);
        Ok(rows)
    }

    async fn count_unsealed(&self, most: u64) -> Result<u64, StoreError> {
        Ok(most.min(self.with(|kept| kept.unsealed.len() as u64)))
    }

    async fn seal(&self, head: &Link, rows: &[SealedRecord]) -> Result<bool, StoreError> {
        Ok(self.with(|kept| {
            if kept.head != Some(*head) {
                return false;
            }
            kept.unsealed.retain(|row| rows.iter().all(|sealed| sealed.record.id != row.id));
            kept.sealed.extend_from_slice(rows);
            kept.head = rows.last().map(|row| row.link).or(kept.head);
            true
        }))
    }

    async fn sealed(&self, from: u64, to: u64, limit: u32) -> Result<Vec<FoundRecord>, StoreError> {
        let mut rows = self.with(|kept| kept.sealed.clone());
        rows.sort_by_key(|row| row.link.seq);
        let wanted = rows.into_iter().filter(|row| (from..=to).contains(&row.link.seq)).take(limit as usize);
        Ok(wanted.map(|row| FoundRecord { seq: row.link.seq, row: Ok(row) }).collect())
    }

    async fn publish(&self, kid: &str, key: &[u8; 32], _now: Timestamp) -> Result<(), StoreError> {
        self.with(|kept| {
            if kept.keys.iter().all(|(known, _)| known != kid) {
                kept.keys.push((kid.to_owned(), *key));
            }
        });
        Ok(())
    }

    async fn keys(&self) -> Result<Vec<(String, [u8; 32])>, StoreError> {
        Ok(self.with(|kept| kept.keys.clone()))
    }

    async fn keep_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        Ok(self.with(|kept| {
            let is_new = kept.checkpoints.iter().all(|known| known.link.seq != checkpoint.link.seq);
            if is_new {
                kept.checkpoints.push(checkpoint.clone());
            }
            is_new
        }))
    }

    async fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        let mut found = self.with(|kept| kept.checkpoints.clone());
        found.sort_by_key(|checkpoint| checkpoint.link.seq);
        Ok(found.into_iter().filter(|checkpoint| checkpoint.link.seq > after).take(limit as usize).collect())
    }

    async fn last_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        Ok(self.with(|kept| kept.checkpoints.iter().max_by_key(|checkpoint| checkpoint.link.seq).cloned()))
    }
}

#[async_trait]
impl ArchiveStore for Arc<MemoryChain> {
    async fn archives(&self) -> Result<Vec<Archive>, StoreError> {
        let mut archives = self.with(|kept| kept.archives.clone());
        archives.sort_by_key(Archive::first_seq);
        Ok(archives)
    }

    async fn begin_archive(&self) -> Result<Box<dyn ArchiveWork>, StoreError> {
        Ok(Box::new(Work { chain: Self::clone(self), rows: Vec::new(), kept: Vec::new(), expired: Vec::new() }))
    }

    async fn prune(&self, up_to: u64, limit: u32) -> Result<u64, StoreError> {
        Ok(self.with(|kept| {
            kept.sealed.sort_by_key(|row| row.link.seq);
            let old = kept.sealed.iter().filter(|row| row.link.seq <= up_to).count().min(limit as usize);
            kept.sealed.drain(..old).count() as u64
        }))
    }

    async fn prune_marks(&self, before: u64, _counts_before: Timestamp) -> Result<(), StoreError> {
        self.with(|kept| kept.checkpoints.retain(|checkpoint| checkpoint.link.seq >= before));
        Ok(())
    }
}

struct Work {
    chain: Arc<MemoryChain>,
    rows: Vec<AuditRecord>,
    kept: Vec<Archive>,
    expired: Vec<(u64, Timestamp)>,
}

#[async_trait]
impl ArchiveWork for Work {
    async fn keep(&mut self, archive: &Archive) -> Result<(), StoreError> {
        let is_taken =
            self.chain.with(|kept| kept.archives.iter().any(|known| known.first_seq() == archive.first_seq()));
        if is_taken {
            return Err(StoreError::Conflict(Constraint::Other));
        }
        self.kept.push(archive.clone());
        Ok(())
    }

    async fn expire(&mut self, first_seq: u64, now: Timestamp) -> Result<bool, StoreError> {
        self.expired.push((first_seq, now));
        let is_live = |archive: &Archive| archive.first_seq() == first_seq && archive.deleted_at.is_none();
        Ok(self.chain.with(|kept| kept.archives.iter().any(is_live)))
    }
}

#[async_trait]
impl Transaction for Work {
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
        let Self { chain, rows, kept: archives, expired } = *self;
        chain.with(|kept| {
            kept.unsealed.extend(rows);
            kept.archives.extend(archives);
            for (first_seq, now) in expired {
                let of_it = kept.archives.iter_mut().filter(|archive| archive.first_seq() == first_seq);
                of_it.for_each(|archive| archive.deleted_at = Some(now));
            }
        });
        Ok(())
    }
}

#[async_trait]
impl AuditLog for Work {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.rows.push(AuditRecord {
            id: entry.id.uuid(),
            occurred_at: entry.at.micros(),
            action: entry.action.clone(),
            details: entry.details.to_string(),
            ..super::a_record(0)
        });
        Ok(())
    }
}

#[async_trait]
impl Outbox for Work {
    async fn append(&mut self, _event: &Event) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Receipts for Work {
    async fn keep(&mut self, _receipt: &Receipt) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A row for tests: the `number`th of a day, a minute after the one before.
#[must_use]
pub fn a_record(number: u32) -> AuditRecord {
    let occurred_at = 1_800_000_000_000_000 + i64::from(number) * 60_000_000;
    AuditRecord {
        id: Uuid::from_u128((u128::from(occurred_at.unsigned_abs()) << 64) + u128::from(number)),
        occurred_at,
        user_id: None,
        actor: "nobody".into(),
        noun: "app".into(),
        action: "app.register".into(),
        target_kind: None,
        target_id: None,
        ip: None,
        user_agent: None,
        request_id: "request".into(),
        status: "ok".into(),
        level: "INFO".into(),
        code: None,
        details: format!("{{\"number\":{number}}}"),
        search: "nobody\napp.register".into(),
    }
}
