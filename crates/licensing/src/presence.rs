//! Who shows itself and who does not (DEV-04). A device counts as online until a moment that each sighting moves on; once that moment has
//! passed and was noticed it counts as offline, so that each going and each coming back is told once. Whether it is online at a moment is
//! told by when it was last seen.

use cardkey_domain::OFFLINE_AFTER;
use cardkey_events::{Call, Constraint, Deed, Happening, StoreError, record};

use crate::model::Device;
use crate::{Licensing, Sighting};

/// So many devices are marked in one unit of work.
const CHUNK: u32 = 100;

/// Which way a device went.
#[derive(Clone, Copy)]
enum Went {
    Offline,
    Online,
}

impl Licensing {
    /// Writes down sightings that were gathered. Devices that were found offline are online again, and that is told.
    pub async fn note_sightings(&self, call: &Call, sightings: &[Sighting]) -> Result<(), StoreError> {
        self.read().note_sightings(sightings).await?;
        let seen: Vec<_> = sightings.iter().map(|sighting| sighting.device).collect();
        for back in self.read().devices_offline(&seen).await?.chunks(CHUNK as usize) {
            self.mark_each(call, back, Went::Online).await?;
        }
        Ok(())
    }

    /// Finds devices offline that are silent, some at a time, and tells how many; to be called again while there are any.
    pub async fn mark_silent(&self, call: &Call) -> Result<usize, StoreError> {
        let silent = self.read().devices_silent(self.ambient.now(), CHUNK).await?;
        self.mark_each(call, &silent, Went::Offline).await?;
        Ok(silent.len())
    }

    async fn mark_each(&self, call: &Call, devices: &[Device], went: Went) -> Result<(), StoreError> {
        match self.mark(call, devices, went).await {
            Err(error) if error.is_conflict(Constraint::Stale) => {}
            marked => return marked,
        }
        // One of them was seen in between, or another node was first: it alone is passed over.
        for one in devices.chunks(1) {
            match self.mark(call, one, went).await {
                Err(error) if error.is_conflict(Constraint::Stale) => {}
                one => one?,
            }
        }
        Ok(())
    }

    async fn mark(&self, call: &Call, devices: &[Device], went: Went) -> Result<(), StoreError> {
        if devices.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = devices.iter().map(|device| device.id).collect();
        let mut work = self.store.begin().await?;
        let mut happenings = Vec::with_capacity(devices.len());
        for device in devices {
            match went {
                Went::Offline => work.devices().mark_offline(device).await?,
                Went::Online => work.devices().mark_online(device.id, device.last_seen_at.plus(OFFLINE_AFTER)).await?,
            }
            happenings.push(went.told(device));
        }
        let deed = Deed::done(went.action()).with("count", devices.len()).with("device_ids", &ids);
        record(work.as_mut(), &self.ambient, call, deed, happenings).await?;
        work.commit().await
    }
}

impl Went {
    fn action(self) -> &'static str {
        match self {
            Self::Offline => "device.mark_offline",
            Self::Online => "device.mark_online",
        }
    }

    fn told(self, device: &Device) -> Happening {
        let (device_id, app_id, user_id) = (device.id, device.app_id, device.owner_id);
        match self {
            Self::Offline => Happening::DeviceOffline { device_id, app_id, user_id, last_seen_at: device.last_seen_at },
            Self::Online => Happening::DeviceOnline { device_id, app_id, user_id },
        }
    }
}

#[cfg(test)]
mod tests;
