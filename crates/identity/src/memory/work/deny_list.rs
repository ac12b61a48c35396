use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;

use super::MemoryWork;
use crate::DenyList;
use crate::model::DeniedToken;

#[async_trait]
impl DenyList for MemoryWork {
    async fn deny(&mut self, tokens: &[DeniedToken], _now: Timestamp) -> Result<(), StoreError> {
        for token in tokens {
            self.rows.denied.entry(token.hash).or_insert(token.expires_at);
        }
        Ok(())
    }

    async fn forget(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let before = self.rows.denied.len();
        self.rows.denied.retain(|_, expires_at| now <= *expires_at);
        Ok((before - self.rows.denied.len()) as u64)
    }
}
