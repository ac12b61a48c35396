use std::time::Duration;

use cardkey_crypto::{JwkSet, TokenError, Verifier, check_lifetime};
use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp};

use crate::{VERDICT_TYPE, VerdictClaims, VerdictCode};

/// How far the clocks of server and device may differ. A computer that is offline for days keeps time no better.
const SKEW: Duration = Duration::from_secs(5 * 60);

/// Checks verdicts of one app offline, with nothing but its published keys (LIC-02). For clients and for other Rust services.
#[derive(Debug)]
pub struct VerdictChecker {
    app: AppId,
    verifier: Verifier,
}

/// What the verdict must be besides genuine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Expectation<'a> {
    /// For this licence.
    pub licence: Option<LicenceId>,
    /// For this device.
    pub device: Option<DeviceId>,
    /// The answer to this nonce.
    pub nonce: Option<&'a str>,
    /// Not of an earlier epoch than one seen before.
    pub epoch: u32,
}

/// A verdict that lets the app run, now and until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// What it says.
    pub claims: VerdictClaims,
    /// Until when the app may run without asking again.
    pub until: Timestamp,
}

/// Why a verdict does not let the app run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Not a verdict, or not one that the app's keys signed.
    #[error("not a genuine verdict: {0}")]
    NotGenuine(#[from] TokenError),
    /// For another app.
    #[error("the verdict is for another app")]
    OtherApp,
    /// For another licence.
    #[error("the verdict is for another licence")]
    OtherLicence,
    /// For another device.
    #[error("the verdict is for another device")]
    OtherDevice,
    /// The answer to another question.
    #[error("the verdict answers another nonce")]
    OtherNonce,
    /// Older than a change to the licence that was seen before.
    #[error("the verdict is of epoch {seen}, and {expected} was seen before")]
    EarlierEpoch {
        /// The verdict's epoch.
        seen: u32,
        /// The epoch that was seen before.
        expected: u32,
    },
    /// Genuine, and a refusal.
    #[error("refused: {}", .0.code)]
    Refused(Box<VerdictClaims>),
    /// Issued in the future: this device's clock is behind.
    #[error("the verdict was issued at {0}, which is yet to come")]
    ClockSkew(Timestamp),
    /// The lease is over.
    #[error("the lease ended at {0}")]
    LeaseOver(Timestamp),
}

impl CheckError {
    /// The code that the server would use, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<VerdictCode> {
        match self {
            Self::OtherDevice => Some(VerdictCode::DeviceMismatch),
            Self::Refused(claims) => Some(claims.code),
            Self::ClockSkew(_) => Some(VerdictCode::ClockSkew),
            Self::EarlierEpoch { .. } => Some(VerdictCode::Revoked),
            Self::NotGenuine(_) | Self::OtherApp | Self::OtherLicence | Self::OtherNonce | Self::LeaseOver(_) => None,
        }
    }
}

impl VerdictChecker {
    /// A checker for an app and its published keys. Keys that were retired must be among them as long as old verdicts are to count.
    #[must_use]
    pub fn new(app: AppId, keys: &JwkSet) -> Self {
        Self { app, verifier: Verifier::published(keys) }
    }

    /// What a verdict says that the app's keys signed and that is the expected one: a yes or a no. The clock has no part in it, so it
    /// suits the answer to a nonce of a moment ago, which is fresh whatever the device's clock shows.
    pub fn recognise(&self, verdict: &str, expected: Expectation<'_>) -> Result<VerdictClaims, CheckError> {
        let claims: VerdictClaims = self.verifier.verify(VERDICT_TYPE, verdict)?;
        if claims.aud != self.app {
            return Err(CheckError::OtherApp);
        }
        if expected.licence.is_some_and(|licence| licence != claims.sub) {
            return Err(CheckError::OtherLicence);
        }
        if expected.device.is_some_and(|device| device != claims.device) {
            return Err(CheckError::OtherDevice);
        }
        if expected.nonce.is_some_and(|nonce| claims.nonce.as_ref().is_none_or(|answered| answered.as_str() != nonce)) {
            return Err(CheckError::OtherNonce);
        }
        if claims.epoch < expected.epoch {
            return Err(CheckError::EarlierEpoch { seen: claims.epoch, expected: expected.epoch });
        }
        Ok(claims)
    }

    /// Whether the app may run at `now`, and until when.
    pub fn check(&self, verdict: &str, expected: Expectation<'_>, now: Timestamp) -> Result<Lease, CheckError> {
        let claims = self.recognise(verdict, expected)?;
        if !claims.valid || claims.code != VerdictCode::Valid {
            return Err(CheckError::Refused(Box::new(claims)));
        }
        let until = Timestamp::from_seconds(claims.lease_until);
        match check_lifetime(Some(claims.iat), claims.lease_until.min(claims.exp), now, SKEW) {
            Ok(()) => Ok(Lease { claims, until }),
            Err(TokenError::NotYetValid(issued)) => Err(CheckError::ClockSkew(issued)),
            Err(_) => Err(CheckError::LeaseOver(until)),
        }
    }
}

#[cfg(test)]
mod tests;
