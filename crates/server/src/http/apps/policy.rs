use cardkey_licensing::model::{AppPolicy, DeviceMatching, PolicyChange};
use semver::Version;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::extract::present;
use crate::http::fault::{Fault, Faults};

/// The rules of an app's licences. What is left out keeps its value, or takes the default in a new app.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyBody {
    /// How long a verdict is good offline, in hours; 72 by default.
    #[schema(minimum = 1, maximum = 8_760)]
    lease_hours: Option<u32>,
    /// How many devices a licence seats where its batch does not say; 1 by default.
    #[schema(minimum = 1, maximum = 1_000)]
    max_devices: Option<u32>,
    /// `exact` (the default), or `legacy_md5` for clients of an earlier system.
    device_matching: Option<Matching>,
    /// The oldest version that may run (SemVer); null lets every version run.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    minimum_version: Option<Option<String>>,
    /// What every licence of the app grants.
    entitlements: Option<Vec<String>>,
    /// How often a running app shows itself, in seconds; 300 by default.
    #[schema(minimum = 30, maximum = 300)]
    heartbeat_seconds: Option<u32>,
    /// How long after freeing a seat a customer waits before they free the next one of the licence, in hours; 24 by default.
    #[schema(minimum = 0, maximum = 8_760)]
    unbind_cooldown_hours: Option<u32>,
    /// How many seats of a licence its customer may free in 365 days; 4 by default, 0 forbids it.
    #[schema(minimum = 0, maximum = 1_000)]
    unbinds_per_year: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Matching {
    Exact,
    LegacyMd5,
}

/// The rules of an app's licences.
#[derive(Serialize, ToSchema)]
pub(crate) struct PolicyView {
    lease_hours: u32,
    max_devices: u32,
    device_matching: Matching,
    minimum_version: Option<String>,
    entitlements: Vec<String>,
    heartbeat_seconds: u32,
    unbind_cooldown_hours: u32,
    unbinds_per_year: u32,
}

impl PolicyBody {
    pub(super) fn parse(self, faults: &mut Faults) -> PolicyChange {
        let version = |text: String| {
            let parsed = Version::parse(text.trim()).map_err(|_| Fault::Malformed);
            faults.take("policy.minimum_version", parsed)
        };
        PolicyChange {
            lease_hours: self.lease_hours,
            max_devices: self.max_devices,
            device_matching: self.device_matching.map(|matching| match matching {
                Matching::Exact => DeviceMatching::Exact,
                Matching::LegacyMd5 => DeviceMatching::LegacyMd5,
            }),
            minimum_version: self.minimum_version.map(|text| text.and_then(version)),
            entitlements: self.entitlements,
            heartbeat_seconds: self.heartbeat_seconds,
            unbind_cooldown_hours: self.unbind_cooldown_hours,
            unbinds_per_year: self.unbinds_per_year,
        }
    }
}

impl From<AppPolicy> for PolicyView {
    fn from(policy: AppPolicy) -> Self {
        Self {
            lease_hours: policy.lease_hours,
            max_devices: policy.max_devices,
            device_matching: match policy.device_matching {
                DeviceMatching::Exact => Matching::Exact,
                DeviceMatching::LegacyMd5 => Matching::LegacyMd5,
            },
            minimum_version: policy.minimum_version.map(|version| version.to_string()),
            entitlements: policy.entitlements,
            heartbeat_seconds: policy.heartbeat_seconds,
            unbind_cooldown_hours: policy.unbind_cooldown_hours,
            unbinds_per_year: policy.unbinds_per_year,
        }
    }
}
