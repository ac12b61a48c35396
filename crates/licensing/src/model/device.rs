use std::net::IpAddr;

use cardkey_domain::{AppId, DeviceId, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// A machine known to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: DeviceId,
    /// The app that knows it.
    pub app_id: AppId,
    /// Who bound it first.
    pub owner_id: UserId,
    /// What it is told apart by; unique in the app.
    pub fingerprint: Fingerprint,
    /// The keyed hashes of its components, the same in every app.
    pub components: Vec<ComponentHash>,
    /// Its name as its user gave it.
    pub name: Option<Text<100>>,
    /// Its operating system.
    pub os: Option<Text<100>>,
    /// From where it was last seen.
    pub ip: Option<IpAddr>,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When it was last seen.
    pub last_seen_at: Timestamp,
    /// What it last said of itself with a heartbeat.
    pub status: Option<Text<64>>,
    /// Until when it counts as online unless it shows itself again; `None` once it was found offline.
    pub online_until: Option<Timestamp>,
}

/// What a device is told apart by: 64 hex digits of a keyed hash, or 32 of the legacy MD5.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// A part of a machine that can identify it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// The processor's id.
    CpuId,
    /// The mainboard's serial.
    MotherboardId,
    /// A network interface's address.
    MacAddress,
    /// A disk's serial.
    DiskId,
    /// The operating system's machine id.
    MachineId,
}

impl Component {
    /// The name on the wire and in hashes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CpuId => "cpu_id",
            Self::MotherboardId => "motherboard_id",
            Self::MacAddress => "mac_address",
            Self::DiskId => "disk_id",
            Self::MachineId => "machine_id",
        }
    }
}

/// The keyed hash of one component, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentHash {
    /// Which component.
    pub component: Component,
    /// 64 hex digits.
    pub hash: String,
}
