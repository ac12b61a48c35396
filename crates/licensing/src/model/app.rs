use std::time::Duration;

use cardkey_domain::{AppId, Text, Timestamp};
use cardkey_events::{Auditable, Fact};
use semver::Version;
use serde::{Deserialize, Serialize};

use super::Maintenance;

/// A desktop application whose use is licensed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its identifier, the `aud` of its verdicts.
    pub id: AppId,
    /// Its name.
    pub name: Text<100>,
    /// What it is.
    pub description: Option<Text<2000>>,
    /// Whom its users may turn to.
    pub contact: Option<Text<200>>,
    /// Whether it may be used at all.
    pub status: AppStatus,
    /// The rules of its licences.
    pub policy: AppPolicy,
    /// The work on it, under way or to come.
    #[serde(default)]
    pub maintenance: Option<Maintenance>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Whether an app may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppStatus {
    /// It may.
    Active,
    /// Every verdict about it is `APP_DISABLED`.
    Disabled,
}

/// How a device is told from another (DEV-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceMatching {
    /// Keyed, length-prefixed hashes of every component that identifies something.
    #[default]
    Exact,
    /// MD5 of CPU id, board serial and MAC address, for clients of an earlier system.
    LegacyMd5,
}

/// The rules of an app's licences. What is left out takes its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AppPolicy {
    /// How long a verdict is good offline, in hours: 1 to 8,760.
    pub lease_hours: u32,
    /// How many devices a licence seats where its batch does not say: 1 to 1,000.
    pub max_devices: u32,
    /// How devices are told apart.
    pub device_matching: DeviceMatching,
    /// The oldest version that may run.
    pub minimum_version: Option<Version>,
    /// What every licence of the app grants; travels in the verdict.
    pub entitlements: Vec<String>,
    /// How often a running app shows itself, in seconds: 30 to 300, so that three heartbeats fit into the time after which a device is
    /// offline.
    pub heartbeat_seconds: u32,
    /// How long after freeing a seat a customer waits before they free the next one of the licence, in hours: 0 to 8,760.
    pub unbind_cooldown_hours: u32,
    /// How many seats of a licence its customer may free in 365 days: 0, which forbids it, to 1,000.
    pub unbinds_per_year: u32,
}

impl Default for AppPolicy {
    fn default() -> Self {
        Self {
            lease_hours: 72,
            max_devices: 1,
            device_matching: DeviceMatching::Exact,
            minimum_version: None,
            entitlements: Vec::new(),
            heartbeat_seconds: 300,
            unbind_cooldown_hours: 24,
            unbinds_per_year: 4,
        }
    }
}

/// What is to change of the rules; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// How long a verdict is good offline, in hours.
    pub lease_hours: Option<u32>,
    /// How many devices a licence seats where its batch does not say.
    pub max_devices: Option<u32>,
    /// How devices are told apart. Devices that are known stay what they are.
    pub device_matching: Option<DeviceMatching>,
    /// The oldest version that may run; `Some(None)` lets every version run.
    pub minimum_version: Option<Option<Version>>,
    /// What every licence of the app grants.
    pub entitlements: Option<Vec<String>>,
    /// How often a running app shows itself, in seconds.
    pub heartbeat_seconds: Option<u32>,
    /// How long a customer waits between freeing seats, in hours.
    pub unbind_cooldown_hours: Option<u32>,
    /// How many seats of a licence its customer may free in 365 days.
    pub unbinds_per_year: Option<u32>,
}

impl PolicyChange {
    /// The rules with the change made, if they are in range then; or the name of the first field that is not.
    pub fn applied_to(&self, policy: &AppPolicy) -> Result<AppPolicy, &'static str> {
        let changed = AppPolicy {
            lease_hours: self.lease_hours.unwrap_or(policy.lease_hours),
            max_devices: self.max_devices.unwrap_or(policy.max_devices),
            device_matching: self.device_matching.unwrap_or(policy.device_matching),
            minimum_version: self.minimum_version.clone().unwrap_or_else(|| policy.minimum_version.clone()),
            entitlements: self.entitlements.clone().unwrap_or_else(|| policy.entitlements.clone()),
            heartbeat_seconds: self.heartbeat_seconds.unwrap_or(policy.heartbeat_seconds),
            unbind_cooldown_hours: self.unbind_cooldown_hours.unwrap_or(policy.unbind_cooldown_hours),
            unbinds_per_year: self.unbinds_per_year.unwrap_or(policy.unbinds_per_year),
        };
        changed.checked()
    }
}

impl AppPolicy {
    /// The name of the first field that is out of range, if any is.
    pub fn checked(self) -> Result<Self, &'static str> {
        let entitlement = |text: &String| {
            (1..=64).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':'))
        };
        if !(1..=8_760).contains(&self.lease_hours) {
            return Err("policy.lease_hours");
        }
        if !(1..=1_000).contains(&self.max_devices) {
            return Err("policy.max_devices");
        }
        if self.entitlements.len() > 64 || !self.entitlements.iter().all(entitlement) {
            return Err("policy.entitlements");
        }
        if !(30..=300).contains(&self.heartbeat_seconds) {
            return Err("policy.heartbeat_seconds");
        }
        if self.unbind_cooldown_hours > 8_760 {
            return Err("policy.unbind_cooldown_hours");
        }
        if self.unbinds_per_year > 1_000 {
            return Err("policy.unbinds_per_year");
        }
        Ok(self)
    }

    /// How long a customer waits between freeing seats of a licence.
    #[must_use]
    pub fn unbind_cooldown(&self) -> Duration {
        Duration::from_secs(u64::from(self.unbind_cooldown_hours) * 3_600)
    }

    /// How long a verdict is good offline.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_hours) * 3_600)
    }
}

impl Auditable for AppStatus {
    fn fact(&self) -> Fact {
        Fact::word(match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        })
    }
}

impl Auditable for DeviceMatching {
    fn fact(&self) -> Fact {
        Fact::word(match self {
            Self::Exact => "exact",
            Self::LegacyMd5 => "legacy_md5",
        })
    }
}

impl Auditable for AppPolicy {
    fn fact(&self) -> Fact {
        // Both are checked texts: the names of features, and a version.
        let entitlements = self.entitlements.iter().filter_map(|name| Text::<64>::parse(name).ok());
        let version = self.minimum_version.as_ref().and_then(|version| Text::<100>::parse(&version.to_string()).ok());
        Fact::fields([
            ("lease_hours", self.lease_hours.fact()),
            ("max_devices", self.max_devices.fact()),
            ("device_matching", self.device_matching.fact()),
            ("minimum_version", version.fact()),
            ("entitlements", Fact::list(entitlements)),
            ("heartbeat_seconds", self.heartbeat_seconds.fact()),
            ("unbind_cooldown_hours", self.unbind_cooldown_hours.fact()),
            ("unbinds_per_year", self.unbinds_per_year.fact()),
        ])
    }
}
