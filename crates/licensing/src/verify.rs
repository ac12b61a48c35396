use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::{PublicKey, unverified_claims};
use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp};
use cardkey_events::{Call, StoreError};
use semver::Version;
use serde::Deserialize;

use crate::blacklist::Suspects;
use crate::fingerprint::{DeviceInfo, identify};
use crate::issue::{Subject, Verified};
use crate::judge::{Asked, Findings, judge};
use crate::keyring::Keyring;
use crate::proof::{PresentedProof, check_possession};
use crate::{LicenceStanding, Licensing, Nonce, Sighting, UnitOfWork, VERDICT_TYPE, VerdictClaims, VerdictCode};

/// How long after its end a genuine verdict still tells who asks. Older ones are replaced by the owner (see `reissue`).
const IDENTIFIES_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// An app starts and asks whether it may run.
#[derive(Debug, Clone)]
pub struct Verify {
    /// The last verdict it was given.
    pub verdict: String,
    /// The device it runs on.
    pub device_info: DeviceInfo,
    /// What comes back in the answer.
    pub nonce: Nonce,
    /// Its version.
    pub version: Option<Version>,
    /// The proof of possession, where the device has a key.
    pub proof: Option<PresentedProof>,
}

/// Why there is no verdict at all. Every other answer is a signed verdict, valid or not.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Forged, altered, foreign, or not a verdict.
    #[error("not a verdict of ours")]
    VerdictInvalid,
    /// Genuine, and too old to tell who asks.
    #[error("the verdict is too old")]
    VerdictExpired,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Answers with a signed verdict (CARD-08). Writes nothing but a counted use and, in its own time, the sighting.
    pub async fn verify(&self, call: &Call, command: Verify) -> Result<Verified, VerifyError> {
        let now = self.ambient.now();
        let (keyring, claims) = self.recognise(&command.verdict, now).await?;
        let Some(standing) = self.standing(claims.sub, claims.device).await? else {
            let gone = Subject::gone(&claims);
            return Ok(self.answer(&keyring, gone, VerdictCode::Revoked, Some(command.nonce), now));
        };
        let mut code = self.decide(call, &command, &standing, now).await?;
        let mut work = None;
        if code == VerdictCode::Valid && standing.licence.uses_left.is_some() {
            work = self.take_use(standing.licence.id).await?;
            code = if work.is_some() { code } else { VerdictCode::QuotaExhausted };
        }
        let answer = self.answer(&keyring, Subject::standing(&standing), code, Some(command.nonce), now);
        if work.is_none() && call.once.is_some() {
            work = Some(self.store.begin().await?);
        }
        if let Some(work) = work {
            call.finish(work, &answer, now).await?;
        }
        Ok(answer)
    }

    async fn decide(
        &self,
        call: &Call,
        command: &Verify,
        standing: &LicenceStanding,
        now: Timestamp,
    ) -> Result<VerdictCode, StoreError> {
        let version = Asked::Running(command.version.as_ref());
        let code = self.examine(call, standing, &command.device_info, version, now).await?;
        if code != VerdictCode::Valid {
            return Ok(code);
        }
        if let Some(key) = standing.seat.as_ref().and_then(|seat| seat.public_key) {
            let (key, proof) = (PublicKey::from_bytes(key), command.proof.as_ref());
            if let Err(code) = check_possession(&key, proof, Some(&command.verdict), self.proofs.as_ref(), now) {
                return Ok(code);
            }
        }
        Ok(VerdictCode::Valid)
    }

    /// Who asks, by a genuine verdict. The app's key is what makes it one; its `iss` may be an address that the server had before it moved.
    pub(crate) async fn recognise(
        &self,
        verdict: &str,
        now: Timestamp,
    ) -> Result<(Arc<Keyring>, VerdictClaims), VerifyError> {
        let audience: Audience = unverified_claims(verdict).map_err(|_| VerifyError::VerdictInvalid)?;
        let keyring = self.keyring(audience.aud).await?.ok_or(VerifyError::VerdictInvalid)?;
        let claims: VerdictClaims =
            keyring.verifier().verify(VERDICT_TYPE, verdict).map_err(|_| VerifyError::VerdictInvalid)?;
        if Timestamp::from_seconds(claims.exp).plus(IDENTIFIES_FOR) < now {
            return Err(VerifyError::VerdictExpired);
        }
        Ok((keyring, claims))
    }

    /// The answer as far as reading can tell; notes the sighting of a device that is the right one.
    pub(crate) async fn examine(
        &self,
        call: &Call,
        standing: &LicenceStanding,
        info: &DeviceInfo,
        version: Asked<'_>,
        now: Timestamp,
    ) -> Result<VerdictCode, StoreError> {
        let device = &standing.device;
        let identified = identify(&self.lookup, standing.app.id, device.fingerprint.matching(), info).ok();
        let Some(identified) = identified.filter(|seen| seen.fingerprint == device.fingerprint) else {
            let findings = Findings { same_device: false, shut_out: false, version };
            return Ok(judge(standing, &findings, now));
        };
        let suspects = Suspects {
            account: Some(standing.licence.owner_id),
            device: Some(device.id),
            components: &identified.components,
            ip: call.ip,
        };
        let shut_out = self.any_shut_out(&suspects).await?;
        self.sightings.note(Sighting { device: device.id, at: now, ip: call.ip });
        Ok(judge(standing, &Findings { same_device: true, shut_out, version }, now))
    }

    pub(crate) async fn standing(
        &self,
        licence: LicenceId,
        device: DeviceId,
    ) -> Result<Option<Arc<LicenceStanding>>, StoreError> {
        if let Some(standing) = self.cache.standing(licence, device) {
            return Ok(Some(standing));
        }
        let Some(standing) = self.read().standing(licence, device).await?.map(Arc::new) else { return Ok(None) };
        self.cache.keep_standing(Arc::clone(&standing));
        Ok(Some(standing))
    }

    /// One use, taken by a conditional write: however many ask at once, no more are given than there are (LIC-06). It is used up when
    /// the unit of work commits.
    async fn take_use(&self, licence: LicenceId) -> Result<Option<Box<dyn UnitOfWork>>, StoreError> {
        let mut work = self.store.begin().await?;
        let taken = work.licences().take_use(licence).await?;
        Ok(taken.then_some(work))
    }
}

/// Whose keys would check the verdict.
#[derive(Deserialize)]
struct Audience {
    aud: AppId,
}

#[cfg(test)]
mod tests;
