use std::mem;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cardkey_domain::{RoleName, SessionId, SigningKeyId, Timestamp, UserId};
use cardkey_events::{AuditEntry, AuditLog, Constraint, Event, Outbox, Receipt, Receipts, StoreError, Transaction};
use futures::lock::OwnedMutexGuard;

use super::rows::Rows;
use crate::model::{
    CustomRole, DeniedToken, EndReason, Lockout, LockoutBucket, RefreshToken, Session, TokenHash, TokenKeyRecord,
    TokenKeyState, User, UserStatus,
};
use crate::revocations::lock;
use crate::{
    DenyList, LockoutRepository, RefreshTokenRepository, RoleRepository, SessionRepository, SigningKeyRepository,
    UnitOfWork, UserRepository,
};

/// A unit of work: a copy of everything, and the right to be the only one.
pub(super) struct MemoryWork {
    rows: Rows,
    committed: Arc<Mutex<Rows>>,
    _turn: OwnedMutexGuard<()>,
}

impl MemoryWork {
    pub(super) fn new(rows: Rows, committed: Arc<Mutex<Rows>>, turn: OwnedMutexGuard<()>) -> Self {
        Self { rows, committed, _turn: turn }
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

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        *lock(&self.committed) = mem::take(&mut self.rows);
        Ok(())
    }
}

impl UnitOfWork for MemoryWork {
    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn roles(&mut self) -> &mut dyn RoleRepository {
        self
    }

    fn sessions(&mut self) -> &mut dyn SessionRepository {
        self
    }

    fn refresh_tokens(&mut self) -> &mut dyn RefreshTokenRepository {
        self
    }

    fn deny_list(&mut self) -> &mut dyn DenyList {
        self
    }

    fn lockouts(&mut self) -> &mut dyn LockoutRepository {
        self
    }

    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository {
        self
    }
}

#[async_trait]
impl Outbox for MemoryWork {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        self.rows.events.push(event.clone());
        Ok(())
    }
}

#[async_trait]
impl AuditLog for MemoryWork {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.rows.audit_rows.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Receipts for MemoryWork {
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let key = (receipt.scope.clone(), receipt.key.clone());
        if self.rows.receipts.contains_key(&key) {
            return Err(StoreError::Conflict(Constraint::Receipt));
        }
        self.rows.receipts.insert(key, receipt.clone());
        Ok(())
    }
}

impl MemoryWork {
    fn refuse_taken(&self, user: &User) -> Result<(), StoreError> {
        let others = || self.rows.users.values().filter(|other| other.id != user.id);
        if others().any(|other| other.name.key() == user.name.key()) {
            return Err(StoreError::Conflict(Constraint::UserName));
        }
        let key = user.email.as_ref().map(cardkey_domain::Email::key);
        if key.is_some() && others().any(|other| other.email.as_ref().map(cardkey_domain::Email::key) == key) {
            return Err(StoreError::Conflict(Constraint::Email));
        }
        Ok(())
    }
}

#[async_trait]
impl UserRepository for MemoryWork {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        if self.rows.users.contains_key(&user.id) {
            return Err(StoreError::Conflict(Constraint::Other));
        }
        self.refuse_taken(user)?;
        self.rows.users.insert(user.id, user.clone());
        Ok(())
    }

    async fn update(&mut self, user: &User, seen: Timestamp) -> Result<bool, StoreError> {
        self.refuse_taken(user)?;
        let Some(row) = self.rows.users.get_mut(&user.id).filter(|row| row.updated_at == seen) else {
            return Ok(false);
        };
        *row = User { created_at: row.created_at, last_login_at: row.last_login_at, ..user.clone() };
        Ok(true)
    }

    async fn note_login(
        &mut self,
        id: UserId,
        password_changed_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let may = |row: &&mut User| row.status == UserStatus::Active && row.password_changed_at == password_changed_at;
        let Some(row) = self.rows.users.get_mut(&id).filter(may) else { return Ok(false) };
        row.last_login_at = Some(now);
        Ok(true)
    }

    async fn upgrade_hash(&mut self, id: UserId, old: &str, new: &str) -> Result<bool, StoreError> {
        let is_old = |row: &&mut User| row.password_hash.expose() == old;
        let Some(row) = self.rows.users.get_mut(&id).filter(is_old) else { return Ok(false) };
        row.password_hash = cardkey_domain::Secret::new(new.to_owned());
        Ok(true)
    }

    async fn other_super_admins(&mut self, id: UserId) -> Result<u64, StoreError> {
        let others = self.rows.users.values().filter(|user| user.id != id && user.is_acting_super_admin());
        Ok(others.count() as u64)
    }
}

#[async_trait]
impl RoleRepository for MemoryWork {
    async fn insert(&mut self, role: &CustomRole) -> Result<(), StoreError> {
        if self.rows.roles.contains_key(&role.name) {
            return Err(StoreError::Conflict(Constraint::RoleName));
        }
        self.rows.roles.insert(role.name.clone(), role.clone());
        Ok(())
    }

    async fn hold(&mut self, names: &[RoleName]) -> Result<Vec<CustomRole>, StoreError> {
        Ok(names.iter().filter_map(|name| self.rows.roles.get(name)).cloned().collect())
    }

    async fn update(&mut self, role: &CustomRole) -> Result<bool, StoreError> {
        let Some(row) = self.rows.roles.get_mut(&role.name) else { return Ok(false) };
        *row = CustomRole { created_at: row.created_at, ..role.clone() };
        Ok(true)
    }

    async fn delete_unheld(&mut self, name: &RoleName) -> Result<bool, StoreError> {
        if self.rows.users.values().any(|user| user.roles.contains(name)) {
            return Ok(false);
        }
        Ok(self.rows.roles.remove(name).is_some())
    }
}

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

#[async_trait]
impl LockoutRepository for MemoryWork {
    async fn fail(
        &mut self,
        bucket: LockoutBucket,
        limit: u32,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Lockout, StoreError> {
        let (lockout, touched) = self.rows.lockouts.entry(bucket).or_insert((Lockout::default(), now));
        *touched = now;
        match lockout.locked_until {
            Some(locked_until) if now < locked_until => return Ok(*lockout),
            Some(_) => *lockout = Lockout::default(),
            None => {}
        }
        lockout.failures += 1;
        lockout.locked_until = (lockout.failures >= limit).then_some(until);
        Ok(*lockout)
    }

    async fn clear(&mut self, bucket: LockoutBucket, now: Timestamp) -> Result<bool, StoreError> {
        let locked = self.rows.lockouts.get(&bucket).is_some_and(|(lockout, _)| lockout.locked_until > Some(now));
        if !locked {
            self.rows.lockouts.remove(&bucket);
        }
        Ok(!locked)
    }

    async fn know_device(&mut self, user: UserId, device: [u8; 32], _now: Timestamp) -> Result<(), StoreError> {
        self.rows.known_devices.insert((user, device));
        Ok(())
    }

    async fn forget(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        let count = self.rows.lockouts.len();
        self.rows.lockouts.retain(|_, (_, touched)| *touched >= before);
        Ok((count - self.rows.lockouts.len()) as u64)
    }
}

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
