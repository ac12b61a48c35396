use cardkey_crypto::{LookupKey, hex, legacy_md5_hex};
use cardkey_domain::{AppId, Id, Text};

use crate::junk;
use crate::model::{Component, ComponentHash, DeviceMatching, Fingerprint};

/// What a device tells of itself. Serial numbers are as the client read them.
#[derive(Clone, Default)]
pub struct DeviceInfo {
    /// The processor's id.
    pub cpu_id: Option<String>,
    /// The mainboard's serial.
    pub motherboard_id: Option<String>,
    /// A network interface's address.
    pub mac_address: Option<String>,
    /// A disk's serial.
    pub disk_id: Option<String>,
    /// The operating system's machine id.
    pub machine_id: Option<String>,
    /// Its name as its user gave it.
    pub name: Option<Text<100>>,
    /// Its operating system. Told apart by nothing: updates change it.
    pub os: Option<Text<100>>,
}

/// A device as its serial numbers identify it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// What it is told apart by.
    pub fingerprint: Fingerprint,
    /// The keyed hashes of the components that identify it, the same in every app.
    pub components: Vec<ComponentHash>,
    /// What was given and identifies nothing.
    pub junk: Vec<Component>,
}

/// Nothing that was given identifies the device.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no component identifies the device")]
pub struct Unidentifiable {
    /// What was given and identifies nothing.
    pub junk: Vec<Component>,
}

/// Computes a device's fingerprint in an app (DEV-01).
pub fn identify(
    key: &LookupKey,
    app: AppId,
    matching: DeviceMatching,
    info: &DeviceInfo,
) -> Result<Identified, Unidentifiable> {
    let (mut components, mut junk) = (Vec::new(), Vec::new());
    for (component, given) in info.given() {
        match junk::identifying(component, given) {
            Some(value) => components.push(hash_component(key, component, &value)),
            None => junk.push(component),
        }
    }
    if components.is_empty() {
        return Err(Unidentifiable { junk });
    }
    let fingerprint = match matching {
        DeviceMatching::Exact => exact(key, app, &components),
        DeviceMatching::LegacyMd5 => legacy(info),
    };
    Ok(Identified { fingerprint, components, junk })
}

impl Fingerprint {
    /// How the fingerprint was computed: a device stays what it was when its app's setting changes.
    #[must_use]
    pub fn matching(&self) -> DeviceMatching {
        if self.0.len() == 32 { DeviceMatching::LegacyMd5 } else { DeviceMatching::Exact }
    }
}

impl DeviceInfo {
    fn given(&self) -> impl Iterator<Item = (Component, &str)> {
        [
            (Component::CpuId, &self.cpu_id),
            (Component::MotherboardId, &self.motherboard_id),
            (Component::MacAddress, &self.mac_address),
            (Component::DiskId, &self.disk_id),
            (Component::MachineId, &self.machine_id),
        ]
        .into_iter()
        .filter_map(|(component, value)| Some((component, value.as_deref()?)))
    }
}

fn hash_component(key: &LookupKey, component: Component, value: &str) -> ComponentHash {
    let hash = key.hash("devices.component", &[component.as_str().as_bytes(), value.as_bytes()]);
    ComponentHash { component, hash: hex(&hash) }
}

fn exact(key: &LookupKey, app: AppId, components: &[ComponentHash]) -> Fingerprint {
    let app = app.uuid();
    let mut parts: Vec<&[u8]> = vec![app.as_bytes()];
    for part in components {
        parts.extend([part.component.as_str().as_bytes(), part.hash.as_bytes()]);
    }
    Fingerprint(hex(&key.hash("devices.fingerprint", &parts)))
}

/// MD5 of the three serials as they were given, one after the other: what clients of the earlier system computed.
fn legacy(info: &DeviceInfo) -> Fingerprint {
    let raw = [&info.cpu_id, &info.motherboard_id, &info.mac_address].map(|part| part.as_deref().unwrap_or_default());
    Fingerprint(legacy_md5_hex(raw.concat().as_bytes()))
}

impl std::fmt::Debug for DeviceInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceInfo").field("name", &self.name).field("os", &self.os).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
