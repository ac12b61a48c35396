use async_trait::async_trait;
use cardkey_domain::{SessionId, Timestamp, UserId};
use cardkey_events::{Constraint, StoreError};

use super::MemoryWork;
use crate::SessionRepository;
use crate::model::{EndReason, Session, TokenHash};

#[async_trait]
impl SessionRepository for MemoryWork {
    async fn insert(&mut self, session: &Session) -> Result<(), StoreError> {
        match self.rows.sessions.insert(session.id, session.clone()) {
            None => Ok(()),
            Some(_) => Err(StoreError::Conflict(Constraint::Other)),
        }
    }

    async fn live_of(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(self.rows.live_sessions(user, now))
    }

    async fn end(&mut self, ids: &[SessionId], reason: EndReason, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut ended = Vec::new();
        for id in ids {
            if let Some(row) = self.rows.sessions.get_mut(id).filter(|row| row.revoked_at.is_none()) {
                row.revoked_at = Some(now);
                row.revoked_reason = Some(reason);
                ended.push(row.clone());
            }
        }
        Ok(ended)
    }

    async fn refreshed(
        &mut self,
        id: SessionId,
        access: TokenHash,
        refresh: TokenHash,
        idle_end: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(row) = self.rows.sessions.get_mut(&id).filter(|row| row.is_live(now)) else { return Ok(false) };
        row.access_token = access;
        row.refresh_token = refresh;
        row.idle_end = idle_end;
        row.last_active_at = now;
        Ok(true)
    }

    async fn end_overdue(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Session>, StoreError> {
        let mut ended = Vec::new();
        for row in self.rows.sessions.values_mut().filter(|row| row.revoked_at.is_none()) {
            if ended.len() == limit as usize {
                break;
            }
            if let Some(reason) = row.overdue(now) {
                row.revoked_at = Some(now);
                row.revoked_reason = Some(reason);
                ended.push(row.clone());
            }
        }
        Ok(ended)
    }

    async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let is_over = |row: &&Session| row.revoked_at.is_some_and(|at| at < before);
        let over: Vec<_> = self.rows.sessions.values().filter(is_over).map(|row| row.id).take(limit as usize).collect();
        for id in &over {
            self.rows.sessions.remove(id);
            self.rows.refresh_tokens.retain(|_, token| token.session_id != *id);
        }
        Ok(over.len() as u64)
    }
}
