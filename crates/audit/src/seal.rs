use std::io;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::Ambient;
use cardkey_events::StoreError;

use crate::{Anchor, AnchorLog, ChainKey, ChainStore, Checkpoint, Link, SealedRecord};

/// Rows in one unit of work: few, since on SQLite everybody waits for it.
const BATCH: u32 = 250;

/// Units of work in one turn: under a load that outruns this, those who write come first, and the sealer makes up for it afterwards.
const MOST_BATCHES: usize = 20;

/// Rows without a checkpoint, at most, while the sealer keeps up.
const MOST_UNMARKED: u64 = 10_000;

/// A row waits so long for a checkpoint.
const UNMARKED_FOR: Duration = Duration::from_secs(60);

/// Gives each row of the audit log its place in a chain of hashes (AUD-06), after its commit: writers wait for nobody, and a row that
/// becomes visible late is sealed late. Any number of sealers may run; the head of the chain decides who was first.
#[derive(Clone)]
pub struct AuditSealer {
    store: Arc<dyn ChainStore>,
    anchors: Arc<dyn AnchorLog>,
    ambient: Ambient,
    key: ChainKey,
}

/// Why rows could not be sealed, or a checkpoint not be taken.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The checkpoint stands in the database, but not outside of it. The next one covers what it covers.
    #[error("a checkpoint could not be written outside the database")]
    Anchor(#[from] io::Error),
}

/// What a turn did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SealTurn {
    /// Rows that got their place.
    pub rows: u64,
    /// The checkpoint that was taken.
    pub checkpoint: Option<Checkpoint>,
}

impl AuditSealer {
    /// Seals what a store holds, signing with a key.
    pub fn new(store: Arc<dyn ChainStore>, anchors: Arc<dyn AnchorLog>, ambient: Ambient, key: ChainKey) -> Self {
        Self { store, anchors, ambient, key }
    }

    /// Publishes the key, so that what it signs can be checked.
    pub async fn publish_key(&self) -> Result<(), StoreError> {
        self.store.publish(self.key.kid(), self.key.public_key().as_bytes(), self.ambient.now()).await
    }

    /// Seals what waits, and takes a checkpoint when one is due.
    pub async fn turn(&self) -> Result<SealTurn, SealError> {
        let (rows, drained) = self.seal().await?;
        let checkpoint = if drained { self.mark(UNMARKED_FOR, MOST_UNMARKED).await? } else { None };
        Ok(SealTurn { rows, checkpoint })
    }

    /// Seals what waits, and takes a checkpoint of all that has none: before the process ends.
    pub async fn close(&self) -> Result<SealTurn, SealError> {
        let (rows, drained) = self.seal().await?;
        let checkpoint = if drained { self.mark(Duration::ZERO, 1).await? } else { None };
        Ok(SealTurn { rows, checkpoint })
    }

    /// Tells how many rows were sealed, and whether none waits any more.
    async fn seal(&self) -> Result<(u64, bool), StoreError> {
        let mut sealed = 0;
        for _ in 0..MOST_BATCHES {
            let Some(head) = self.store.head().await? else {
                return Err(StoreError::damaged("the head of the audit chain is gone"));
            };
            let waiting = self.store.unsealed(BATCH).await?;
            if waiting.is_empty() {
                return Ok((sealed, true));
            }
            let is_last = waiting.len() < BATCH as usize;
            let mut link = head;
            let placed: Vec<SealedRecord> = waiting
                .into_iter()
                .map(|record| {
                    link = link.followed_by(&record);
                    SealedRecord { link, record }
                })
                .collect();
            if self.store.seal(&head, &placed).await? {
                sealed += placed.len() as u64;
                if is_last {
                    return Ok((sealed, true));
                }
            }
        }
        Ok((sealed, false))
    }

    /// Takes a checkpoint where rows are without one for so long, or so many are. Only when no row waits to be sealed: so whatever is
    /// sealed after a checkpoint was written about then, or later.
    async fn mark(&self, longest: Duration, most: u64) -> Result<Option<Checkpoint>, SealError> {
        let Some(head) = self.store.head().await? else { return Ok(None) };
        let last = self.store.last_checkpoint().await?;
        let now = self.ambient.now();
        let marked = last.as_ref().map_or(0, |last| last.link.seq);
        let unmarked = head.seq.saturating_sub(marked);
        let is_due = last.is_none_or(|last| now.since(last.at) >= longest || now < last.at);
        if unmarked == 0 || (unmarked < most && !is_due) {
            return Ok(None);
        }
        let checkpoint = Checkpoint::take(head, now, &self.key);
        if !self.store.keep_checkpoint(&checkpoint).await? {
            return Ok(None);
        }
        let anchor = Anchor { checkpoint: checkpoint.clone(), public_key: self.key.public_key() };
        self.anchors.append(&anchor).await?;
        Ok(Some(checkpoint))
    }
}

impl SealedRecord {
    /// Whether it follows a place, as it is.
    #[must_use]
    pub fn follows(&self, before: &Link) -> bool {
        before.followed_by(&self.record) == self.link
    }
}

#[cfg(test)]
mod tests;
