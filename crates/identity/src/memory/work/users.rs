use async_trait::async_trait;
use cardkey_domain::{Email, Secret, Timestamp, UserId};
use cardkey_events::{Constraint, StoreError};

use super::MemoryWork;
use crate::UserRepository;
use crate::model::{User, UserStatus};

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
        row.password_hash = Secret::new(new.to_owned());
        Ok(true)
    }

    async fn other_super_admins(&mut self, id: UserId) -> Result<u64, StoreError> {
        let others = self.rows.users.values().filter(|user| user.id != id && user.is_acting_super_admin());
        Ok(others.count() as u64)
    }
}

impl MemoryWork {
    fn refuse_taken(&self, user: &User) -> Result<(), StoreError> {
        let others = || self.rows.users.values().filter(|other| other.id != user.id);
        if others().any(|other| other.name.key() == user.name.key()) {
            return Err(StoreError::Conflict(Constraint::UserName));
        }
        let key = user.email.as_ref().map(Email::key);
        if key.is_some() && others().any(|other| other.email.as_ref().map(Email::key) == key) {
            return Err(StoreError::Conflict(Constraint::Email));
        }
        Ok(())
    }
}
