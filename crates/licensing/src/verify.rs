use cardkey_domain::Timestamp;
use cardkey_events::{Call, StoreError};
use semver::Version;

use crate::blacklist::Suspects;
use crate::fingerprint::{DeviceInfo, identify};
use crate::issue::Verified;
use crate::judge::{Asked, Findings, judge};
use crate::proof::PresentedProof;
use crate::question::{Costs, VerifyError};
use crate::{LicenceStanding, Licensing, Nonce, Sighting, VerdictCode};

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

impl Licensing {
    /// Answers with a signed verdict (CARD-08). Writes nothing but a counted use and, in its own time, the sighting.
    pub async fn verify(&self, call: &Call, command: Verify) -> Result<Verified, VerifyError> {
        let now = self.ambient.now();
        let asker = self.asker(&command.verdict, now).await?;
        let code = match &asker.standing {
            Some(standing) => self.decide(call, &command, standing, now).await?,
            None => VerdictCode::Revoked,
        };
        let (verified, used) = self.reply(&asker, code, Costs::AUse, command.nonce, now).await?.into_parts();
        self.settle(call, used, &verified, now).await?;
        Ok(verified)
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
        let proven = self.possession(standing, command.proof.as_ref(), &command.verdict, now);
        Ok(proven.err().unwrap_or(VerdictCode::Valid))
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
        self.sightings.note(Sighting { device: device.id, at: now, ip: call.ip, status: None });
        Ok(judge(standing, &Findings { same_device: true, shut_out, version }, now))
    }
}

#[cfg(test)]
mod tests;
