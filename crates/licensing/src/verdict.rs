use std::fmt;

use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp};
use cardkey_events::{Auditable, Fact};
use serde::{Deserialize, Serialize};

use crate::Nonce;

/// The `typ` of a verdict: no other token of the system can pass for one (RFC 8725 section 3.11).
pub const VERDICT_TYPE: &str = "cardkey-verdict+jwt";

/// The server's signed answer about a licence on a device: the claims of a compact JWS (LIC-01). Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictClaims {
    /// Who answers.
    pub iss: String,
    /// The app.
    pub aud: AppId,
    /// The licence.
    pub sub: LicenceId,
    /// The device.
    pub device: DeviceId,
    /// The answer.
    pub code: VerdictCode,
    /// Whether the app may run: the code is `VALID`.
    pub valid: bool,
    /// What the licence grants; nothing unless it is valid.
    pub entitlements: Vec<String>,
    /// What the client asked with.
    pub nonce: Option<Nonce>,
    /// When the answer was given.
    pub iat: i64,
    /// When it is no answer any more: `lease_until`, or five minutes after a refusal.
    pub exp: i64,
    /// Until when the app may run without asking again (LIC-04).
    pub lease_until: i64,
    /// When the licence itself ends; null where time does not end it.
    pub license_expires_at: Option<i64>,
    /// Raised by every change to the licence: a client that has seen a higher one refuses a lower one.
    pub epoch: u32,
    /// The device's own key, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
}

/// The key that the holder of the verdict must prove to have (RFC 7800, RFC 9449 section 6.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The key's thumbprint (RFC 7638).
    pub jkt: String,
}

impl VerdictClaims {
    /// When the licence itself ends.
    #[must_use]
    pub fn licence_end(&self) -> Option<Timestamp> {
        self.license_expires_at.map(Timestamp::from_seconds)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Why an app may run, or may not.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum VerdictCode {
            $($(#[$doc])* #[serde(rename = $text)] $name),+
        }

        impl VerdictCode {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }

        impl Auditable for VerdictCode {
            fn fact(&self) -> Fact {
                Fact::word(self.as_str())
            }
        }
    };
}

codes! {
    /// It may.
    Valid = "VALID",
    /// The licence is over.
    Expired = "EXPIRED",
    /// An operator shut the card key off.
    Disabled = "DISABLED",
    /// An operator took the card key away.
    Deleted = "DELETED",
    /// The account, the device, a component or the address is shut out.
    Blacklisted = "BLACKLISTED",
    /// The verdict belongs to another device.
    DeviceMismatch = "DEVICE_MISMATCH",
    /// The device has no seat on the licence any more.
    DeviceUnbound = "DEVICE_UNBOUND",
    /// The app is older than its policy allows, or does not tell its version.
    VersionTooOld = "VERSION_TOO_OLD",
    /// The app is in maintenance.
    Maintenance = "MAINTENANCE",
    /// The app is out of use.
    AppDisabled = "APP_DISABLED",
    /// The owner's account may not act.
    UserDisabled = "USER_DISABLED",
    /// The device's clock is behind the server's.
    ClockSkew = "CLOCK_SKEW",
    /// The device has a key and gave no proof of it.
    ProofRequired = "PROOF_REQUIRED",
    /// The proof does not hold, is too old, or was used before.
    ProofInvalid = "PROOF_INVALID",
    /// The licence is no more.
    Revoked = "REVOKED",
    /// Its uses are used up.
    QuotaExhausted = "QUOTA_EXHAUSTED",
}

impl fmt::Display for VerdictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
