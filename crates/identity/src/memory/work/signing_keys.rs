use async_trait::async_trait;
use cardkey_domain::{SigningKeyId, Timestamp};
use cardkey_events::{Constraint, StoreError};

use super::MemoryWork;
use crate::SigningKeyRepository;
use crate::model::{TokenKeyRecord, TokenKeyState};

#[async_trait]
impl SigningKeyRepository for MemoryWork {
    async fn insert(&mut self, key: &TokenKeyRecord) -> Result<(), StoreError> {
        let only_one = key.state != TokenKeyState::Retired;
        let taken = self.rows.signing_keys.values().any(|row| row.id == key.id || (only_one && row.state == key.state));
        if taken {
            return Err(StoreError::Conflict(Constraint::Other));
        }
        self.rows.signing_keys.insert(key.id, key.clone());
        Ok(())
    }

    async fn promote_spare(&mut self, active: SigningKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let keys = &mut self.rows.signing_keys;
        let spare = keys.values().find(|row| row.state == TokenKeyState::Spare).map(|row| row.id);
        let stands = keys.get(&active).is_some_and(|row| row.state == TokenKeyState::Active);
        let (Some(spare), true) = (spare, stands) else { return Ok(false) };
        if let Some(row) = keys.get_mut(&active) {
            row.state = TokenKeyState::Retired;
            row.retired_at = Some(now);
        }
        if let Some(row) = keys.get_mut(&spare) {
            row.state = TokenKeyState::Active;
        }
        Ok(true)
    }
}
