use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::{Constraint, StoreError};

use super::MemoryWork;
use crate::RefreshTokenRepository;
use crate::model::{RefreshToken, TokenHash};

#[async_trait]
impl RefreshTokenRepository for MemoryWork {
    async fn insert(&mut self, token: &RefreshToken) -> Result<(), StoreError> {
        match self.rows.refresh_tokens.insert(token.hash, token.clone()) {
            None => Ok(()),
            Some(_) => Err(StoreError::Conflict(Constraint::Other)),
        }
    }

    async fn exchange(
        &mut self,
        hash: TokenHash,
        successor: TokenHash,
        sealed_reply: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let unused = |row: &&mut RefreshToken| row.used_at.is_none();
        let Some(row) = self.rows.refresh_tokens.get_mut(&hash).filter(unused) else { return Ok(false) };
        row.used_at = Some(now);
        row.successor = Some(successor);
        row.sealed_reply = Some(sealed_reply.to_vec());
        Ok(true)
    }

    async fn forget(&mut self, now: Timestamp, grace_end: Timestamp) -> Result<u64, StoreError> {
        let before = self.rows.refresh_tokens.len();
        self.rows.refresh_tokens.retain(|_, row| now <= row.expires_at);
        let deleted = before - self.rows.refresh_tokens.len();
        let over = |row: &&mut RefreshToken| row.used_at.is_some_and(|at| at < grace_end);
        let replies = self.rows.refresh_tokens.values_mut().filter(over).filter_map(|row| row.sealed_reply.take());
        Ok((deleted + replies.count()) as u64)
    }
}
