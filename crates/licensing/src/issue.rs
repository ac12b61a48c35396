use std::time::Duration;

use cardkey_crypto::PublicKey;
use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::keyring::Keyring;
use crate::model::{App, Licence, Seat};
use crate::verdict::Confirmation;
use crate::{LicenceStanding, Licensing, Nonce, VerdictClaims, VerdictCode};

/// How long a refusal is an answer.
const REFUSAL_HOLDS: Duration = Duration::from_secs(5 * 60);
/// The entitlement of every licence that came from a trial key.
const TRIAL: &str = "trial";

/// A verdict and what it says, for those who cannot read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether the app may run.
    pub valid: bool,
    /// Why, or why not.
    pub code: VerdictCode,
    /// When the licence ends.
    pub expires_at: Option<Timestamp>,
    /// The signed verdict: the only part that a client may trust.
    pub verdict: String,
}

/// What a verdict is about.
pub(crate) struct Subject {
    app: AppId,
    licence: LicenceId,
    device: DeviceId,
    epoch: u32,
    ends: Option<Timestamp>,
    lease: Duration,
    entitlements: Vec<String>,
    jkt: Option<String>,
}

impl Subject {
    pub(crate) fn of(app: &App, licence: &Licence, device: DeviceId, key: Option<[u8; 32]>) -> Self {
        let mut entitlements = app.policy.entitlements.clone();
        if licence.trial && !entitlements.iter().any(|known| known == TRIAL) {
            entitlements.push(TRIAL.to_owned());
        }
        Self {
            app: app.id,
            licence: licence.id,
            device,
            epoch: licence.epoch,
            ends: licence.expires_at,
            lease: app.policy.lease(),
            entitlements,
            jkt: key.map(|key| PublicKey::from_bytes(key).thumbprint()),
        }
    }

    pub(crate) fn standing(standing: &LicenceStanding) -> Self {
        let key = standing.seat.as_ref().and_then(|seat: &Seat| seat.public_key);
        Self::of(&standing.app, &standing.licence, standing.device.id, key)
    }

    /// The same with a lease that ends no later than `end`.
    pub(crate) fn until(self, end: Timestamp, now: Timestamp) -> Self {
        Self { lease: self.lease.min(end.since(now)), ..self }
    }

    /// What a genuine verdict named and the store knows no more.
    pub(crate) fn gone(claims: &VerdictClaims) -> Self {
        Self {
            app: claims.aud,
            licence: claims.sub,
            device: claims.device,
            epoch: claims.epoch,
            ends: None,
            lease: Duration::ZERO,
            entitlements: Vec::new(),
            jkt: None,
        }
    }
}

impl Licensing {
    /// Signs an answer.
    pub(crate) fn answer(
        &self,
        keyring: &Keyring,
        subject: Subject,
        code: VerdictCode,
        nonce: Option<Nonce>,
        now: Timestamp,
    ) -> Verified {
        let expires_at = subject.ends;
        let claims = self.claims(subject, code, nonce, now);
        Verified { valid: claims.valid, code, expires_at, verdict: keyring.sign(&claims) }
    }

    fn claims(&self, subject: Subject, code: VerdictCode, nonce: Option<Nonce>, now: Timestamp) -> VerdictClaims {
        let valid = code == VerdictCode::Valid;
        let lease_end = now.plus(subject.lease);
        let lease_until = if valid { subject.ends.map_or(lease_end, |end| end.min(lease_end)) } else { now };
        let exp = if valid { lease_until } else { now.plus(REFUSAL_HOLDS) };
        VerdictClaims {
            iss: self.issuer.clone(),
            aud: subject.app,
            sub: subject.licence,
            device: subject.device,
            code,
            valid,
            entitlements: if valid { subject.entitlements } else { Vec::new() },
            nonce,
            iat: now.seconds(),
            exp: exp.seconds(),
            lease_until: lease_until.seconds(),
            license_expires_at: subject.ends.map(Timestamp::seconds),
            epoch: subject.epoch,
            cnf: subject.jkt.map(|jkt| Confirmation { jkt }),
        }
    }
}
