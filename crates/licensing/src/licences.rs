use cardkey_domain::{LicenceId, Page, PageRequest, UserId};
use cardkey_events::StoreError;

use crate::model::{Licence, Seat};
use crate::{LicenceOverview, Licensing};

impl Licensing {
    /// An account's own licences, newest first.
    pub async fn licences_of(&self, owner: UserId, page: PageRequest) -> Result<Page<LicenceOverview>, StoreError> {
        self.read().licences_of(owner, page).await
    }

    /// A licence with its bound seats.
    pub async fn licence(&self, id: LicenceId) -> Result<Option<(Licence, Vec<Seat>)>, StoreError> {
        self.read().licence(id).await
    }
}
