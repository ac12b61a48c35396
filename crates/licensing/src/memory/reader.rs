use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{
    AppId, BatchId, BlacklistId, BlacklistSubject, CardKeyId, DeviceId, LicenceId, OFFLINE_AFTER, Page, PageRequest,
    Timestamp, UserId,
};
use cardkey_events::StoreError;

use super::filters::{in_force, page};
use super::store::MemoryStore;
use crate::model::{
    App, Batch, BatchStatus, BlacklistEntry, CardKey, CardKeyState, Device, Fingerprint, Licence, Maintenance, Seat,
    SigningKeyRecord,
};
use crate::{CardKeyFilter, DeviceFilter, LicenceOverview, LicenceStanding, Reader, Sighting};

#[async_trait]
impl Reader for MemoryStore {
    async fn app(&self, id: AppId) -> Result<Option<App>, StoreError> {
        Ok(self.snapshot().apps.get(&id).cloned())
    }

    async fn apps(&self, q: Option<&str>, request: PageRequest) -> Result<Page<App>, StoreError> {
        let q = q.unwrap_or_default().to_lowercase();
        let wanted = |app: &&App| app.name.as_str().to_lowercase().contains(&q);
        Ok(page(self.snapshot().apps.values().filter(wanted).cloned().collect(), request, |app| app.id))
    }

    async fn maintenances_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(AppId, Maintenance)>, StoreError> {
        let is_due = |maintenance: &Maintenance| {
            let starts = maintenance.started_at.is_none() && maintenance.starts_at <= now;
            starts || maintenance.ends_at.is_some_and(|end| end <= now)
        };
        let state = self.snapshot();
        let standing = state.apps.values().filter_map(|app| Some((app.id, app.maintenance.clone()?)));
        Ok(standing.filter(|(_, maintenance)| is_due(maintenance)).take(limit as usize).collect())
    }

    async fn signing_keys(&self, app: AppId) -> Result<Vec<SigningKeyRecord>, StoreError> {
        Ok(self.snapshot().signing_keys.values().filter(|key| key.app_id == app).cloned().collect())
    }

    async fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        Ok(self.snapshot().batches.get(&id).cloned())
    }

    async fn batches(
        &self,
        app: Option<AppId>,
        status: Option<BatchStatus>,
        request: PageRequest,
    ) -> Result<Page<Batch>, StoreError> {
        let wanted = |batch: &&Batch| {
            app.is_none_or(|app| app == batch.app_id) && status.is_none_or(|status| status == batch.status)
        };
        Ok(page(self.snapshot().batches.values().filter(wanted).cloned().collect(), request, |batch| batch.id))
    }

    async fn card_key(&self, id: CardKeyId) -> Result<Option<CardKey>, StoreError> {
        Ok(self.snapshot().card_keys.get(&id).cloned())
    }

    async fn card_key_by_hash(&self, code_hash: [u8; 32]) -> Result<Option<CardKey>, StoreError> {
        let state = self.snapshot();
        Ok(state.codes.get(&code_hash).and_then(|id| state.card_keys.get(id)).cloned())
    }

    async fn card_keys(&self, filter: &CardKeyFilter, request: PageRequest) -> Result<Page<CardKey>, StoreError> {
        let state = self.snapshot();
        let wanted = state.card_keys.values().filter(|key| state.wanted_card_key(filter, key));
        Ok(page(wanted.cloned().collect(), request, |key| key.id))
    }

    async fn card_keys_due(&self, now: Timestamp, limit: u32) -> Result<Vec<CardKey>, StoreError> {
        let due = |key: &&CardKey| {
            matches!(key.state, CardKeyState::Unused | CardKeyState::Activated)
                && key.expires_at.is_some_and(|end| end <= now)
        };
        let mut keys: Vec<CardKey> = self.snapshot().card_keys.values().filter(due).cloned().collect();
        keys.sort_by_key(|key| key.expires_at);
        keys.truncate(limit as usize);
        Ok(keys)
    }

    async fn licence(&self, id: LicenceId) -> Result<Option<(Licence, Vec<Seat>)>, StoreError> {
        let state = self.snapshot();
        Ok(state.licences.get(&id).map(|licence| (licence.clone(), state.bound_seats(id))))
    }

    async fn own_unbinds(&self, id: LicenceId, since: Timestamp) -> Result<Vec<Timestamp>, StoreError> {
        let state = self.snapshot();
        let freed = state.own_unbinds.iter().rev().filter(|(licence, at)| *licence == id && *at > since);
        Ok(freed.map(|(_, at)| *at).take(1_000).collect())
    }

    async fn licences_of(&self, owner: UserId, request: PageRequest) -> Result<Page<LicenceOverview>, StoreError> {
        let state = self.snapshot();
        let overview = |licence: &Licence| {
            let card = state.card_key_of(licence).filter(|card| card.state != CardKeyState::Deleted)?;
            Some(LicenceOverview {
                licence: licence.clone(),
                card_key_state: card.state,
                masked: card.masked.clone(),
                app_name: state.apps.get(&licence.app_id)?.name.clone(),
                seats: state.bound_seats(licence.id),
            })
        };
        let own = state.licences.values().filter(|licence| licence.owner_id == owner).filter_map(overview);
        Ok(page(own.collect(), request, |overview| overview.licence.id))
    }

    async fn reminders_due(&self, now: Timestamp, limit: u32) -> Result<Vec<(Licence, CardKeyState)>, StoreError> {
        let state = self.snapshot();
        let is_due = |licence: &&Licence| licence.remind_at.is_some_and(|at| at <= now);
        let mut due: Vec<_> = state.licences.values().filter(is_due).cloned().collect();
        due.sort_by_key(|licence| licence.remind_at);
        due.truncate(limit as usize);
        Ok(due.into_iter().filter_map(|one| Some((one.clone(), state.card_key_of(&one)?.state))).collect())
    }

    async fn standing(&self, licence: LicenceId, device: DeviceId) -> Result<Option<LicenceStanding>, StoreError> {
        let state = self.snapshot();
        let found = || {
            let licence = state.licences.get(&licence)?.clone();
            Some(LicenceStanding {
                card_key_state: state.card_key_of(&licence)?.state,
                app: state.apps.get(&licence.app_id)?.clone(),
                device: state.devices.get(&device)?.clone(),
                seat: state.bound_seats(licence.id).into_iter().find(|seat| seat.device_id == device),
                owner_active: state.accounts.get(&licence.owner_id).is_some_and(|account| account.active),
                licence,
            })
        };
        Ok(found())
    }

    async fn device(&self, id: DeviceId) -> Result<Option<Device>, StoreError> {
        Ok(self.snapshot().devices.get(&id).cloned())
    }

    async fn device_by_fingerprint(&self, app: AppId, fingerprint: &Fingerprint) -> Result<Option<Device>, StoreError> {
        let same = |device: &&Device| device.app_id == app && device.fingerprint == *fingerprint;
        Ok(self.snapshot().devices.values().find(same).cloned())
    }

    async fn devices(
        &self,
        filter: &DeviceFilter,
        request: PageRequest,
    ) -> Result<Page<(Device, Vec<Seat>)>, StoreError> {
        let state = self.snapshot();
        let seats = |device: DeviceId| {
            let bound = |seat: &&Seat| seat.device_id == device && seat.unbound_at.is_none();
            state.seats.values().filter(bound).cloned().collect::<Vec<_>>()
        };
        let wanted = state.devices.values().filter(|device| state.wanted_device(filter, device)).cloned();
        Ok(page(wanted.collect(), request, |device| device.id).map(|device| {
            let seats = seats(device.id);
            (device, seats)
        }))
    }

    async fn devices_silent(&self, now: Timestamp, limit: u32) -> Result<Vec<Device>, StoreError> {
        let silent = |device: &&Device| device.online_until.is_some_and(|until| until < now);
        let mut devices: Vec<Device> = self.snapshot().devices.values().filter(silent).cloned().collect();
        devices.sort_by_key(|device| device.online_until);
        devices.truncate(limit as usize);
        Ok(devices)
    }

    async fn devices_offline(&self, among: &[DeviceId]) -> Result<Vec<Device>, StoreError> {
        let state = self.snapshot();
        let found = among.iter().filter_map(|id| state.devices.get(id));
        Ok(found.filter(|device| device.online_until.is_none()).cloned().collect())
    }

    async fn seats_of_device(&self, device: DeviceId) -> Result<Vec<Seat>, StoreError> {
        let state = self.snapshot();
        Ok(state.seats.values().rev().filter(|seat| seat.device_id == device).take(100).cloned().collect())
    }

    async fn account_is_active(&self, user: UserId) -> Result<bool, StoreError> {
        Ok(self.snapshot().accounts.get(&user).is_some_and(|account| account.active))
    }

    async fn account_by_name(&self, user_name_key: &str) -> Result<Option<UserId>, StoreError> {
        let state = self.snapshot();
        let found = state.accounts.iter().find(|(_, account)| account.name.to_lowercase() == user_name_key);
        Ok(found.map(|(id, _)| *id))
    }

    async fn account_names(&self, users: &[UserId]) -> Result<Vec<(UserId, String)>, StoreError> {
        let state = self.snapshot();
        Ok(users.iter().filter_map(|id| Some((*id, state.accounts.get(id)?.name.clone()))).collect())
    }

    async fn blacklisted(
        &self,
        subjects: &[BlacklistSubject],
        now: Timestamp,
    ) -> Result<Vec<BlacklistEntry>, StoreError> {
        let meant = |entry: &&BlacklistEntry| in_force(entry, now) && subjects.contains(&entry.subject);
        Ok(self.snapshot().blacklist.values().filter(meant).cloned().collect())
    }

    async fn blacklist_entry(&self, id: BlacklistId) -> Result<Option<BlacklistEntry>, StoreError> {
        Ok(self.snapshot().blacklist.get(&id).cloned())
    }

    async fn blacklist(
        &self,
        at: Option<Timestamp>,
        kind: Option<&str>,
        request: PageRequest,
    ) -> Result<Page<BlacklistEntry>, StoreError> {
        let wanted = |entry: &&BlacklistEntry| {
            at.is_none_or(|now| in_force(entry, now)) && kind.is_none_or(|kind| kind == entry.subject.kind())
        };
        Ok(page(self.snapshot().blacklist.values().filter(wanted).cloned().collect(), request, |entry| entry.id))
    }

    async fn note_sightings(&self, sightings: &[Sighting]) -> Result<(), StoreError> {
        // As a writer among writers: a unit of work under way would otherwise undo it.
        let _held = self.writing().acquire().await;
        self.with(|state| {
            let devices = Arc::make_mut(&mut state.devices);
            for sighting in sightings {
                if let Some(device) = devices.get_mut(&sighting.device).filter(|d| d.last_seen_at <= sighting.at) {
                    device.last_seen_at = sighting.at;
                    device.ip = sighting.ip.or(device.ip);
                    device.online_until = device.online_until.map(|_| sighting.at.plus(OFFLINE_AFTER));
                    device.status = sighting.status.clone().or_else(|| device.status.take());
                }
            }
        });
        Ok(())
    }

    async fn fold_tallies(&self) -> Result<(), StoreError> {
        // Rows are counted here, so there is nothing to fold.
        Ok(())
    }
}
