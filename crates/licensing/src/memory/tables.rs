//! The repositories of a unit of work.

use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{AppId, BatchId, BlacklistId, DeviceId, LicenceId, SigningKeyId, Timestamp, UserId};
use cardkey_events::{Constraint, StoreError};

use super::work::MemoryWork;
use crate::model::{
    App, Batch, BatchStatus, BlacklistEntry, CardKey, CardKeyState, Licence, NewCardKey, Seat, SigningKeyRecord,
    SigningKeyState,
};
use crate::{
    AppRepository, BatchRepository, BlacklistRepository, CardKeyRepository, LicenceRepository, SigningKeyRepository,
};

pub(super) fn unique(free: bool, constraint: Constraint) -> Result<(), StoreError> {
    if free { Ok(()) } else { Err(StoreError::Conflict(constraint)) }
}

#[async_trait]
impl AppRepository for MemoryWork {
    async fn insert(&mut self, app: &App) -> Result<(), StoreError> {
        let before = Arc::make_mut(&mut self.state.apps).insert(app.id, app.clone());
        unique(before.is_none(), Constraint::Other)
    }

    async fn update(&mut self, app: &App, seen: Timestamp) -> Result<bool, StoreError> {
        let Some(stored) = Arc::make_mut(&mut self.state.apps).get_mut(&app.id) else { return Ok(false) };
        if stored.updated_at != seen {
            return Ok(false);
        }
        let maintenance = stored.maintenance.take();
        *stored = App { created_at: stored.created_at, maintenance, ..app.clone() };
        Ok(true)
    }
}

#[async_trait]
impl SigningKeyRepository for MemoryWork {
    async fn insert(&mut self, key: &SigningKeyRecord) -> Result<(), StoreError> {
        let before = Arc::make_mut(&mut self.state.signing_keys).insert(key.id, key.clone());
        unique(before.is_none(), Constraint::Other)
    }

    async fn promote_spare(&mut self, app: AppId, active: SigningKeyId) -> Result<bool, StoreError> {
        let keys = Arc::make_mut(&mut self.state.signing_keys);
        let stands = keys.get(&active).is_some_and(|key| key.app_id == app && key.state == SigningKeyState::Active);
        let spare =
            keys.values().find(|key| key.app_id == app && key.state == SigningKeyState::Spare).map(|key| key.id);
        let (true, Some(spare)) = (stands, spare) else { return Ok(false) };
        for (id, state) in [(active, SigningKeyState::Retired), (spare, SigningKeyState::Active)] {
            if let Some(key) = keys.get_mut(&id) {
                key.state = state;
            }
        }
        Ok(true)
    }
}

#[async_trait]
impl BatchRepository for MemoryWork {
    async fn insert(&mut self, batch: &Batch) -> Result<(), StoreError> {
        let before = Arc::make_mut(&mut self.state.batches).insert(batch.id, batch.clone());
        unique(before.is_none(), Constraint::Other)
    }

    async fn advance(&mut self, id: BatchId, from: u32, to: u32, now: Timestamp) -> Result<bool, StoreError> {
        let batch = Arc::make_mut(&mut self.state.batches).get_mut(&id);
        let stands = |batch: &&mut Batch| batch.status == BatchStatus::Running && batch.generated == from;
        let Some(batch) = batch.filter(stands) else { return Ok(false) };
        batch.generated = to;
        if to >= batch.count {
            (batch.status, batch.finished_at) = (BatchStatus::Completed, Some(now));
        }
        Ok(true)
    }

    async fn cancel(&mut self, id: BatchId, now: Timestamp) -> Result<Option<u32>, StoreError> {
        let batch = Arc::make_mut(&mut self.state.batches).get_mut(&id);
        let Some(batch) = batch.filter(|batch| batch.status == BatchStatus::Running) else { return Ok(None) };
        (batch.status, batch.finished_at) = (BatchStatus::Cancelled, Some(now));
        Ok(Some(batch.generated))
    }
}

#[async_trait]
impl CardKeyRepository for MemoryWork {
    async fn insert_unused(&mut self, batch: &Batch, keys: &[NewCardKey], now: Timestamp) -> Result<(), StoreError> {
        let codes = Arc::make_mut(&mut self.state.codes);
        let card_keys = Arc::make_mut(&mut self.state.card_keys);
        for key in keys {
            unique(codes.insert(key.code_hash, key.id).is_none(), Constraint::CardKeyCode)?;
            let before = card_keys.insert(key.id, unused(batch, key, now));
            unique(before.is_none(), Constraint::Other)?;
        }
        Ok(())
    }

    async fn update(&mut self, seen: &CardKey, key: &CardKey) -> Result<(), StoreError> {
        let standing = |key: &CardKey| (key.state, key.owner_id, key.expires_at);
        let stored = Arc::make_mut(&mut self.state.card_keys).get_mut(&seen.id);
        let stored = stored.filter(|stored| standing(stored) == standing(seen));
        let stored = stored.ok_or(StoreError::Conflict(Constraint::Stale))?;
        *stored = CardKey {
            state: key.state,
            state_before: key.state_before,
            owner_id: key.owner_id,
            licence_id: key.licence_id,
            max_devices: key.max_devices,
            activated_at: key.activated_at,
            expires_at: key.expires_at,
            ..stored.clone()
        };
        Ok(())
    }
}

fn unused(batch: &Batch, key: &NewCardKey, now: Timestamp) -> CardKey {
    CardKey {
        id: key.id,
        app_id: batch.app_id,
        batch_id: batch.id,
        masked: key.masked.clone(),
        sealed_code: key.sealed_code.clone(),
        state: CardKeyState::Unused,
        state_before: None,
        validity: batch.validity,
        max_devices: batch.max_devices,
        note: batch.note.clone(),
        owner_id: None,
        licence_id: None,
        created_at: now,
        activated_at: None,
        expires_at: batch.unredeemed_end(),
    }
}

#[async_trait]
impl LicenceRepository for MemoryWork {
    async fn insert(&mut self, licence: &Licence) -> Result<(), StoreError> {
        let licences = Arc::make_mut(&mut self.state.licences);
        let free = licences.values().all(|known| known.card_key_id != licence.card_key_id);
        unique(free, Constraint::LicenceOfCardKey)?;
        unique(licences.insert(licence.id, licence.clone()).is_none(), Constraint::Other)
    }

    async fn update(&mut self, licence: &Licence) -> Result<bool, StoreError> {
        let stored = Arc::make_mut(&mut self.state.licences).get_mut(&licence.id);
        let Some(stored) = stored.filter(|stored| stored.epoch == licence.epoch) else { return Ok(false) };
        *stored = Licence {
            owner_id: licence.owner_id,
            max_devices: licence.max_devices,
            remind_at: if stored.expires_at == licence.expires_at { stored.remind_at } else { licence.remind_at },
            expires_at: licence.expires_at,
            uses_left: licence.uses_left,
            epoch: licence.epoch + 1,
            ..stored.clone()
        };
        Ok(true)
    }

    async fn set_reminder(
        &mut self,
        id: LicenceId,
        seen: Timestamp,
        next: Option<Timestamp>,
    ) -> Result<bool, StoreError> {
        let stored = Arc::make_mut(&mut self.state.licences).get_mut(&id);
        let Some(stored) = stored.filter(|stored| stored.remind_at == Some(seen)) else { return Ok(false) };
        stored.remind_at = next;
        Ok(true)
    }

    async fn take_use(&mut self, id: LicenceId) -> Result<bool, StoreError> {
        let licence = Arc::make_mut(&mut self.state.licences).get_mut(&id);
        let left = licence.and_then(|licence| licence.uses_left.as_mut()).filter(|left| **left > 0);
        Ok(left.map(|left| *left -= 1).is_some())
    }

    async fn bind(&mut self, seat: &Seat) -> Result<(), StoreError> {
        let bound = self.state.bound_seats(seat.licence_id);
        unique(bound.iter().all(|taken| taken.device_id != seat.device_id), Constraint::SeatDevice)?;
        unique(bound.iter().all(|taken| taken.number != seat.number), Constraint::SeatNumber)?;
        let before = Arc::make_mut(&mut self.state.seats).insert(seat.id, seat.clone());
        unique(before.is_none(), Constraint::Other)
    }

    async fn unbind(
        &mut self,
        id: LicenceId,
        device: Option<DeviceId>,
        now: Timestamp,
    ) -> Result<Vec<DeviceId>, StoreError> {
        let mut freed = Vec::new();
        for seat in Arc::make_mut(&mut self.state.seats).values_mut() {
            let meant = device.is_none_or(|device| device == seat.device_id);
            if seat.licence_id == id && seat.unbound_at.is_none() && meant {
                seat.unbound_at = Some(now);
                freed.push(seat.device_id);
            }
        }
        Ok(freed)
    }

    async fn note_own_unbind(
        &mut self,
        id: LicenceId,
        _: DeviceId,
        _: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        Arc::make_mut(&mut self.state.own_unbinds).push((id, now));
        Ok(())
    }

    async fn take_trial(&mut self, app: AppId, device: DeviceId, _: Timestamp) -> Result<(), StoreError> {
        unique(Arc::make_mut(&mut self.state.trials).insert((app, device)), Constraint::Trial)
    }
}

#[async_trait]
impl BlacklistRepository for MemoryWork {
    async fn insert(&mut self, entry: &BlacklistEntry) -> Result<(), StoreError> {
        let before = Arc::make_mut(&mut self.state.blacklist).insert(entry.id, entry.clone());
        unique(before.is_none(), Constraint::Other)
    }

    async fn lift(&mut self, id: BlacklistId, now: Timestamp) -> Result<bool, StoreError> {
        let entry = Arc::make_mut(&mut self.state.blacklist).get_mut(&id);
        let Some(entry) = entry.filter(|entry| entry.lifted_at.is_none()) else { return Ok(false) };
        entry.lifted_at = Some(now);
        Ok(true)
    }
}
