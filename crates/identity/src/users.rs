use cardkey_domain::{Page, PageRequest, UserId};
use cardkey_events::StoreError;

use crate::{Account, Identity, UserFilter};

impl Identity {
    /// Accounts, newest first (RBAC-02).
    pub async fn users(&self, filter: &UserFilter, page: PageRequest) -> Result<Page<Account>, StoreError> {
        Ok(self.store.read().users(filter, page).await?.map(Account::from))
    }

    /// An account.
    pub async fn user(&self, id: UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.store.read().user(id).await?.map(Account::from))
    }
}
