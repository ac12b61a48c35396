//! What licensing keeps.

mod accounts;
mod apps;
mod batches;
mod blacklist;
mod card_key_counts;
mod card_key_list;
mod card_keys;
mod devices;
mod licences;
mod maintenances;
mod seats;
mod signing_keys;
mod standing;
pub(crate) mod tallies;

use async_trait::async_trait;
use cardkey_domain::{
    AppId, BatchId, BlacklistId, BlacklistSubject, CardKeyId, DeviceId, LicenceId, Page, PageRequest, Timestamp, UserId,
};
use cardkey_events::StoreError;
use cardkey_licensing::model::{
    App, Batch, BatchStatus, BlacklistEntry, CardKey, CardKeyState, Device, Fingerprint, Licence, Maintenance, Seat,
    SigningKeyRecord,
};
use cardkey_licensing::{
    AppRepository, BatchRepository, BlacklistRepository, CardKeyFilter, CardKeyRepository, DeviceFilter,
    DeviceRepository, LicenceOverview, LicenceRepository, LicenceStanding, MaintenanceRepository, Reader, Sighting,
    SigningKeyRepository, Store, UnitOfWork,
};

use crate::database::Database;
use crate::work::Work;

pub(crate) use blacklist::in_force_against;
pub(crate) use card_key_list::first_id;
use card_keys::card_key;

#[async_trait]
impl Store for Database {
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(self.work()))
    }

    fn read(&self) -> &dyn Reader {
        self
    }
}

impl UnitOfWork for Work {
    fn apps(&mut self) -> &mut dyn AppRepository {
        self
    }

    fn maintenances(&mut self) -> &mut dyn MaintenanceRepository {
        self
    }

    fn signing_keys(&mut self) -> &mut dyn SigningKeyRepository {
        self
    }

    fn batches(&mut self) -> &mut dyn BatchRepository {
        self
    }

    fn card_keys(&mut self) -> &mut dyn CardKeyRepository {
        self
    }

    fn licences(&mut self) -> &mut dyn LicenceRepository {
        self
    }

    fn devices(&mut self) -> &mut dyn DeviceRepository {
        self
    }

    fn blacklist(&mut self) -> &mut dyn BlacklistRepository {
        self
    }
}

#[async_trait]
impl Reader for Database {
    async fn app(&self, id: AppId) -> Result<Option<App>, StoreError> {
        apps::find(self, id).await
    }

    async fn apps(&self, q: Option<&str>, page: PageRequest) -> Result<Page<App>, StoreError> {
        apps::list(self, q, page).await
    }

    async fn maintenances_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppId, Maintenance)>, StoreError> {
        maintenances::due(self, now, limit).await
    }

    async fn signing_keys(&self, app: AppId) -> Result<Vec<SigningKeyRecord>, StoreError> {
        signing_keys::of(self, app).await
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        batches::find(self, id).await
    }

    async fn batches(
        &self,
        app: Option<AppId>,
        status: Option<BatchStatus>,
        page: PageRequest,
    ) -> Result<Page<Batch>, StoreError> {
        batches::list(self, app, status, page).await
    }

    async fn card_key(&self, id: CardKeyId) -> Result<Option<CardKey>, StoreError> {
        card_keys::find(self, id).await
    }

    async fn card_key_by_hash(&self, code_hash: [u8; 32]) -> Result<Option<CardKey>, StoreError> {
        card_keys::find_by_hash(self, code_hash).await
    }

    async fn card_keys(&self, filter: &CardKeyFilter, page: PageRequest) -> Result<Page<CardKey>, StoreError> {
        card_key_list::list(self, filter, page).await
    }

    async fn card_keys_due(&self, now: Timestamp, limit: u32) -> Result<Vec<CardKey>, StoreError> {
        card_keys::due(self, now, limit).await
    }

    async fn licence(&self, id: LicenceId) -> Result<Option<(Licence, Vec<Seat>)>, StoreError> {
        let Some(licence) = licences::find(self, id).await? else { return Ok(None) };
        Ok(Some((licence, seats::bound_to_each(self, &[id]).await?)))
    }

    async fn own_unbinds(&self, id: LicenceId, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
        seats::own_unbinds(self, id, since).await
    }

    async fn licences_of(&self, owner: UserId, page: PageRequest) -> Result<Page<LicenceOverview>, StoreError> {
        licences::list(self, owner, page).await
    }

    async fn reminders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(Licence, CardKeyState)>, StoreError> {
        licences::reminders_due(self, now, limit).await
    }

    async fn standing(&self, licence: LicenceId, device: DeviceId) -> Result<Option<LicenceStanding>, StoreError> {
        standing::find(self, licence, device).await
    }

    async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        devices::find(self, id).await
    }

    async fn device_by_fingerprint(&self, app: AppId, fingerprint: &Fingerprint) -> Result<Option<Device>, StoreError> {
        devices::find_by_fingerprint(self, app, fingerprint).await
    }

    async fn devices(&self, filter: &DeviceFilter, page: PageRequest) -> Result<Page<(Device, Vec<Seat>)>, StoreError> {
        devices::list(self, filter, page).await
    }

    async fn devices_silent(&self, now: Timestamp, limit: u32) -> Result<Vec<Device>, StoreError> {
        devices::silent(self, now, limit).await
    }

    async fn devices_offline(&self, among: &[DeviceId]) -> Result<Vec<Device>, StoreError> {
        devices::offline(self, among).await
    }

    async fn seats_of_device(&self, device: DeviceId) -> Result<Vec<Seat>, StoreError> {
        seats::ever_of(self, device).await
    }

    async fn account_is_active(&self, user: UserId) -> Result<bool, StoreError> {
        accounts::is_active(self, user).await
    }

    async fn account_by_name(&self, user_name_key: &str) -> Result<Option<UserId>, StoreError> {
        accounts::by_name(self, user_name_key).await
    }

    async fn account_names(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        accounts::names(self, users).await
    }

    async fn blacklisted(
        &self,
        subjects: &[BlacklistSubject],
        now: Timestamp,
    ) -> Result<Vec<BlacklistEntry>, StoreError> {
        blacklist::in_force_against(self, subjects, now).await
    }

    async fn blacklist_entry(&self, id: BlacklistId) -> Result<Option<BlacklistEntry>, StoreError> {
        blacklist::find(self, id).await
    }

    async fn blacklist(
        &self,
        in_force: Option<Timestamp>,
        kind: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<BlacklistEntry>, StoreError> {
        blacklist::list(self, in_force, kind, page).await
    }

    async fn note_sightings(&self, sightings: &[Sighting]) -> Result<(), StoreError> {
        devices::note_sightings(self, sightings).await
    }

    async fn fold_tallies(&self) -> Result<(), StoreError> {
        tallies::fold(self).await
    }
}
