use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{DeviceId, Timestamp};
use cardkey_events::{Constraint, StoreError};

use super::tables::unique;
use super::work::MemoryWork;
use crate::DeviceRepository;
use crate::model::Device;

#[async_trait]
impl DeviceRepository for MemoryWork {
    async fn insert(&mut self, device: &Device) -> Result<(), StoreError> {
        let devices = Arc::make_mut(&mut self.state.devices);
        let same = |known: &Device| known.app_id == device.app_id && known.fingerprint == device.fingerprint;
        unique(!devices.values().any(same), Constraint::DeviceFingerprint)?;
        unique(devices.insert(device.id, device.clone()).is_none(), Constraint::Other)
    }

    async fn update(&mut self, device: &Device) -> Result<(), StoreError> {
        if let Some(stored) = Arc::make_mut(&mut self.state.devices).get_mut(&device.id) {
            *stored = Device {
                name: device.name.clone(),
                os: device.os.clone(),
                ip: device.ip,
                components: device.components.clone(),
                last_seen_at: device.last_seen_at,
                ..stored.clone()
            };
        }
        Ok(())
    }

    async fn mark_offline(&mut self, seen: &Device) -> Result<(), StoreError> {
        let stored = Arc::make_mut(&mut self.state.devices).get_mut(&seen.id);
        let same = |device: &&mut Device| device.online_until.is_some() && device.online_until == seen.online_until;
        let stored = stored.filter(same).ok_or(StoreError::Conflict(Constraint::Stale))?;
        stored.online_until = None;
        Ok(())
    }

    async fn mark_online(&mut self, id: DeviceId, until: Timestamp) -> Result<(), StoreError> {
        let stored = Arc::make_mut(&mut self.state.devices).get_mut(&id);
        let stored =
            stored.filter(|device| device.online_until.is_none()).ok_or(StoreError::Conflict(Constraint::Stale))?;
        stored.online_until = Some(until);
        Ok(())
    }
}
