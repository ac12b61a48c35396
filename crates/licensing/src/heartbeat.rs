use cardkey_domain::{Text, Timestamp};
use cardkey_events::{Call, StoreError};
use serde::{Deserialize, Serialize};

use crate::blacklist::Suspects;
use crate::issue::Verified;
use crate::judge::{Asked, Findings, judge};
use crate::model::AppPolicy;
use crate::proof::PresentedProof;
use crate::question::{Asker, Costs, VerifyError};
use crate::{LicenceStanding, Licensing, Nonce, Sighting, VerdictCode};

/// A running app shows itself.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// The last verdict it was given: it tells the device too.
    pub verdict: String,
    /// What comes back in the answer.
    pub nonce: Nonce,
    /// What it says of itself, for people.
    pub status: Option<Text<64>>,
    /// The proof of possession, where the device has a key.
    pub proof: Option<PresentedProof>,
}

/// The answer to a heartbeat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Whether the app may go on, and until when.
    pub verified: Verified,
    /// When it was heard.
    pub at: Timestamp,
    /// In how many seconds the next one is due.
    pub next_in_seconds: u32,
}

impl Licensing {
    /// Hears a heartbeat (DEV-04) and answers with a signed verdict. Nothing is written on the way: the sighting is gathered and written
    /// down with others.
    pub async fn heartbeat(&self, call: &Call, command: Heartbeat) -> Result<Heard, VerifyError> {
        let now = self.ambient.now();
        let asker = self.asker(&command.verdict, now).await?;
        let (code, next_in_seconds) = match &asker.standing {
            Some(standing) => (self.hear(call, &command, standing, now).await?, standing.app.policy.heartbeat_seconds),
            None => (VerdictCode::Revoked, AppPolicy::default().heartbeat_seconds),
        };
        let (verified, used) = self.reply(&asker, code, asker.costs(now), command.nonce, now).await?.into_parts();
        let heard = Heard { verified, at: now, next_in_seconds };
        self.settle(call, used, &heard, now).await?;
        Ok(heard)
    }

    /// The answer, short of uses; notes the sighting of a device that proves to be the right one, where it can.
    async fn hear(
        &self,
        call: &Call,
        command: &Heartbeat,
        standing: &LicenceStanding,
        now: Timestamp,
    ) -> Result<VerdictCode, StoreError> {
        let device = &standing.device;
        let proven = self.possession(standing, command.proof.as_ref(), &command.verdict, now);
        if proven.is_ok() {
            let status = command.status.clone();
            self.sightings.note(Sighting { device: device.id, at: now, ip: call.ip, status });
        }
        let suspects = Suspects {
            account: Some(standing.licence.owner_id),
            device: Some(device.id),
            components: &device.components,
            ip: call.ip,
        };
        let shut_out = self.any_shut_out(&suspects).await?;
        let findings = Findings { same_device: true, shut_out, version: Asked::NotAsked };
        let code = judge(standing, &findings, now);
        Ok(if code == VerdictCode::Valid { proven.err().unwrap_or(code) } else { code })
    }
}

impl Asker {
    /// A heartbeat within a valid lease goes on with what its start paid for; beyond it, it is a start.
    fn costs(&self, now: Timestamp) -> Costs {
        let leased = self.claims.valid && now < Timestamp::from_seconds(self.claims.lease_until);
        if leased { Costs::Nothing } else { Costs::AUse }
    }
}

#[cfg(test)]
mod tests;
