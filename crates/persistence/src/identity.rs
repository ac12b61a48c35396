//! What identity keeps.

mod deny_list;
mod lockouts;
mod refresh_tokens;
mod roles;
mod sessions;
mod token_keys;
mod users;

use async_trait::async_trait;
use cardkey_domain::{BlacklistSubject, Page, PageRequest, SessionId, Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_identity::model::{
    CustomRole, Lockout, LockoutBucket, RefreshToken, Session, TokenHash, TokenKeyRecord, User,
};
use cardkey_identity::{Activity, Reader, Store, UnitOfWork, UserFilter};

use crate::database::Database;
use crate::licensing::in_force_against;

#[async_trait]
impl Store for Database {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(self.work()))
    }

    fn read(&self) -> &dyn Reader {
        self
    }
}

#[async_trait]
impl Reader for Database {
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        users::find(self, id).await
    }

    async fn user_by_login(&self, key: &str) -> Result<Option<User>, StoreError> {
        users::find_by_login(self, key).await
    }

    async fn users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<User>, StoreError> {
        users::list(self, filter, page).await
    }

    async fn user_count(&self) -> Result<u64, StoreError> {
        users::count(self).await
    }

    async fn roles(&self) -> Result<Vec<CustomRole>, StoreError> {
        roles::every(self).await
    }

    async fn session(&self, id: SessionId) -> Result<Option<(Session, User)>, StoreError> {
        sessions::find_with_user(self, id).await
    }

    async fn live_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        sessions::live_of(self, user, now).await
    }

    async fn refresh_token(&self, hash: TokenHash) -> Result<Option<RefreshToken>, StoreError> {
        refresh_tokens::find(self, hash).await
    }

    async fn is_denied(&self, hash: TokenHash) -> Result<bool, StoreError> {
        deny_list::holds(self, hash).await
    }

    async fn lockout(&self, bucket: LockoutBucket) -> Result<Lockout, StoreError> {
        lockouts::find(self, bucket).await
    }

    async fn knows_device(&self, user: UserId, device: [u8; 32]) -> Result<bool, StoreError> {
        lockouts::knows_device(self, user, device).await
    }

    async fn is_blacklisted(&self, subjects: &[BlacklistSubject], now: Timestamp) -> Result<bool, StoreError> {
        Ok(!in_force_against(self, subjects, now).await?.is_empty())
    }

    async fn token_keys(&self) -> Result<Vec<TokenKeyRecord>, StoreError> {
        token_keys::every(self).await
    }

    async fn note_activity(&self, activity: &[Activity]) -> Result<(), StoreError> {
        sessions::note_activity(self, activity).await
    }
}
