use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use uuid::Uuid;

use super::work::MemoryWork;
use super::{MemoryStore, lock};
use crate::{Epoch, LiveEntry, LiveHead, LiveLog, LiveReader, LiveRow, Reader, Seq};

#[async_trait]
impl LiveLog for MemoryWork {
    async fn append(&mut self, entries: &[LiveEntry]) -> Result<Seq, StoreError> {
        let rows = self.rows();
        for entry in entries {
            let seq = Seq(rows.live.len() as u64 + 1);
            rows.live.push(LiveRow { seq, entry: entry.clone() });
        }
        Ok(Seq(rows.live.len() as u64))
    }

    async fn end(&mut self, seq: Seq, at: Timestamp) -> Result<(), StoreError> {
        for row in self.rows().live.iter_mut().filter(|row| row.seq == seq) {
            row.entry.ends_at = Some(at);
        }
        Ok(())
    }
}

#[async_trait]
impl LiveReader for MemoryStore {
    async fn head(&self) -> Result<LiveHead, StoreError> {
        let seq = Seq(lock(&self.committed).live.len() as u64);
        Ok(LiveHead { epoch: Epoch(Uuid::from_u128(1)), seq })
    }

    async fn since(&self, after: Seq, limit: u32) -> Result<Vec<LiveRow>, StoreError> {
        let rows = lock(&self.committed);
        Ok(rows.live.iter().filter(|row| row.seq > after).take(limit as usize).cloned().collect())
    }

    async fn after(&self, after: Seq, reader: &Reader, now: Timestamp, limit: u32) -> Result<Vec<LiveRow>, StoreError> {
        let rows = lock(&self.committed);
        let holds = |row: &&LiveRow| {
            row.seq > after && row.entry.ends_at.is_none_or(|end| now < end) && rows.is_for(row.entry.audience, reader)
        };
        Ok(rows.live.iter().filter(holds).take(limit as usize).cloned().collect())
    }
}
