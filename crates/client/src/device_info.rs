mod linux;

use cardkey_crypto::{base64url, sha256};
use serde::{Deserialize, Serialize};

/// What tells this computer apart (DEV-01). The server makes the fingerprint of it; components that identify nothing count for nothing.
///
/// Give the same values at every start. On Linux [`DeviceInfo::collect`] finds them. Elsewhere the program does, for example on Windows
/// `Win32_Processor.ProcessorId`, `Win32_BaseBoard.SerialNumber`, the registry's `MachineGuid`; on macOS `IOPlatformSerialNumber` and
/// `IOPlatformUUID`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    /// The processor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_id: Option<String>,
    /// The mainboard's serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub motherboard_id: Option<String>,
    /// The address of the built-in network interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// The system disk's serial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_id: Option<String>,
    /// The operating system's machine id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine_id: Option<String>,
    /// The computer's name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The operating system, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
}

impl DeviceInfo {
    /// What can be found out without special rights. `None` where this crate does not know how: on anything but Linux.
    #[must_use]
    pub fn collect() -> Option<Self> {
        cfg!(target_os = "linux").then(|| linux::collect(std::path::Path::new("/")))
    }

    /// The components that identify, not the names for people.
    fn components(&self) -> [Option<&str>; 5] {
        [&self.cpu_id, &self.motherboard_id, &self.mac_address, &self.disk_id, &self.machine_id].map(Option::as_deref)
    }

    /// Whether nothing at all identifies the computer.
    pub(crate) fn identifies_nothing(&self) -> bool {
        self.components().iter().flatten().all(|text| text.trim().is_empty())
    }

    /// Tells two computers apart without the server. It only keeps a copied folder from starting offline by accident; what cannot be
    /// copied is the device key.
    pub(crate) fn digest(&self) -> String {
        let mut bytes = Vec::new();
        for component in self.components() {
            let component = component.unwrap_or_default();
            bytes.extend_from_slice(&component.len().to_be_bytes());
            bytes.extend_from_slice(component.as_bytes());
        }
        base64url(&sha256(&bytes))
    }
}

#[cfg(test)]
mod tests;
