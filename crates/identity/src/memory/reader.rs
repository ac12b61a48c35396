use async_trait::async_trait;
use cardkey_domain::{BlacklistSubject, Email, Id, Page, PageRequest, SessionId, Timestamp, UserId};
use cardkey_events::StoreError;

use super::MemoryStore;
use crate::model::{CustomRole, Lockout, LockoutBucket, RefreshToken, Session, TokenHash, TokenKeyRecord, User};
use crate::revocations::lock;
use crate::{Activity, Reader, UserFilter};

#[async_trait]
impl Reader for MemoryStore {
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(lock(&self.committed).users.get(&id).cloned())
    }

    async fn user_by_login(&self, key: &str) -> Result<Option<User>, StoreError> {
        let is_it =
            |user: &&User| user.name.key() == key || user.email.as_ref().is_some_and(|email| email.key() == key);
        Ok(lock(&self.committed).users.values().find(is_it).cloned())
    }

    async fn users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<User>, StoreError> {
        let rows = lock(&self.committed);
        let found: Vec<_> = rows.users.values().rev().filter(|user| agrees(filter, user)).collect();
        let total = found.len() as u64;
        let wanted = found
            .into_iter()
            .filter(|user| page.before().is_none_or(|before| user.id.uuid() < before))
            .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
            .take(page.size() as usize + 1)
            .cloned()
            .collect();
        Ok(Page::from_rows(wanted, &page, total, |user: &User| user.id.uuid()))
    }

    async fn user_count(&self) -> Result<u64, StoreError> {
        Ok(lock(&self.committed).users.len() as u64)
    }

    async fn roles(&self) -> Result<Vec<CustomRole>, StoreError> {
        Ok(lock(&self.committed).roles.values().cloned().collect())
    }

    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, StoreError> {
        let found = {
            let rows = lock(&self.committed);
            rows.sessions.get(&id).cloned().and_then(|session| {
                let user = rows.users.get(&session.user_id).cloned()?;
                Some((session, user))
            })
        };
        #[cfg(test)]
        {
            let held = lock(&self.held_reads).take();
            if let Some(held) = held {
                held.await.ok();
            }
        }
        Ok(found)
    }

    async fn live_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut live = lock(&self.committed).live_sessions(user, now);
        live.reverse();
        Ok(live)
    }

    async fn refresh_token(&self, hash: TokenHash) -> Result<Option<RefreshToken>, StoreError> {
        Ok(lock(&self.committed).refresh_tokens.get(&hash).cloned())
    }

    async fn is_denied(&self, hash: TokenHash) -> Result<bool, StoreError> {
        Ok(lock(&self.committed).denied.contains_key(&hash))
    }

    async fn lockout(&self, bucket: LockoutBucket) -> Result<Lockout, StoreError> {
        Ok(lock(&self.committed).lockouts.get(&bucket).map_or_else(Lockout::default, |(lockout, _)| *lockout))
    }

    async fn knows_device(&self, user: UserId, device: [u8; 32]) -> Result<bool, StoreError> {
        Ok(lock(&self.committed).known_devices.contains(&(user, device)))
    }

    async fn is_blacklisted(&self, subjects: &[BlacklistSubject], _now: Timestamp) -> Result<bool, StoreError> {
        let rows = lock(&self.committed);
        Ok(subjects.iter().any(|subject| rows.blacklist.contains(&subject.to_string())))
    }

    async fn token_keys(&self) -> Result<Vec<TokenKeyRecord>, StoreError> {
        Ok(lock(&self.committed).signing_keys.values().cloned().collect())
    }

    async fn note_activity(&self, activity: &[Activity]) -> Result<(), StoreError> {
        let _turn = self.writer.lock().await;
        let mut rows = lock(&self.committed);
        for one in activity {
            if let Some(session) = rows.sessions.get_mut(&one.session).filter(|row| row.last_active_at < one.at) {
                session.last_active_at = one.at;
                session.ip = one.ip.or(session.ip);
            }
        }
        Ok(())
    }
}

fn agrees(filter: &UserFilter, user: &User) -> bool {
    let begins = |q: &String| {
        let q = q.to_lowercase();
        user.name.key().starts_with(&q) || user.email.as_ref().map(Email::key).is_some_and(|key| key.starts_with(&q))
    };
    filter.q.as_ref().is_none_or(begins)
        && filter.status.is_none_or(|status| user.status == status)
        && filter.role.as_ref().is_none_or(|role| user.roles.contains(role))
}
