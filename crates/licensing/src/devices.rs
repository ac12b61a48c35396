use cardkey_domain::{DeviceId, Page, PageRequest, UserId};
use cardkey_events::StoreError;

use crate::model::{Device, Seat};
use crate::{DeviceFilter, Licensing};

impl Licensing {
    /// Devices, newest first, each with its bound seats (DEV-03).
    pub async fn devices(
        &self,
        filter: &DeviceFilter,
        page: PageRequest,
    ) -> Result<Page<(Device, Vec<Seat>)>, StoreError> {
        self.read().devices(filter, page).await
    }

    /// A device with every seat it ever had, newest first.
    pub async fn device(&self, id: DeviceId) -> Result<Option<(Device, Vec<Seat>)>, StoreError> {
        let Some(device) = self.read().device(id).await? else { return Ok(None) };
        let seats = self.read().seats_of_device(id).await?;
        Ok(Some((device, seats)))
    }

    /// The names of accounts, for lists that show owners.
    pub async fn account_names(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        if users.is_empty() { Ok(Vec::new()) } else { self.read().account_names(users).await }
    }
}
