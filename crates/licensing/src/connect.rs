use std::net::IpAddr;

use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp, UserId};
use cardkey_events::{Call, StoreError};

use crate::blacklist::Suspects;
use crate::judge::{Asked, Findings, judge};
use crate::proof::PresentedProof;
use crate::{LicenceStanding, Licensing, Sighting, VerdictCode, VerifyError};

/// A licence on a device, as what lets its program hold a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connected {
    /// The licence.
    pub licence_id: LicenceId,
    /// The device.
    pub device_id: DeviceId,
    /// The app.
    pub app_id: AppId,
    /// Whose licence it is.
    pub owner_id: UserId,
}

/// Why a licence lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Forged, altered, foreign, or not a verdict.
    #[error("not a verdict of ours")]
    VerdictInvalid,
    /// Genuine, and too old to tell who asks.
    #[error("the verdict is too old")]
    VerdictExpired,
    /// Verification would say no.
    #[error("refused: {0}")]
    Refused(VerdictCode),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Lets the program that shows a verdict hold a connection, where verification would let it run (WS-01). The device is the one that
    /// the verdict names; where it has a key, possession is to be proved.
    pub async fn connect(
        &self,
        call: &Call,
        verdict: &str,
        proof: Option<&PresentedProof>,
    ) -> Result<Connected, ConnectError> {
        let now = self.ambient.now();
        let standing = self.asker(verdict, now).await?.standing;
        let standing = standing.ok_or(ConnectError::Refused(VerdictCode::Revoked))?;
        let connected = self.connectable(&standing, call.ip, now).await?;
        self.possession(&standing, proof, verdict, now).map_err(ConnectError::Refused)?;
        self.sightings.note(Sighting { device: connected.device_id, at: now, ip: call.ip, status: None });
        Ok(connected)
    }

    /// Whether a licence still lets a connection be held, from this address.
    pub async fn still_connected(
        &self,
        licence: LicenceId,
        device: DeviceId,
        ip: Option<IpAddr>,
    ) -> Result<Connected, ConnectError> {
        let standing = self.standing(licence, device).await?;
        let standing = standing.ok_or(ConnectError::Refused(VerdictCode::Revoked))?;
        self.connectable(&standing, ip, self.ambient.now()).await
    }

    async fn connectable(
        &self,
        standing: &LicenceStanding,
        ip: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Connected, ConnectError> {
        let suspects = Suspects {
            account: Some(standing.licence.owner_id),
            device: Some(standing.device.id),
            components: &standing.device.components,
            ip,
        };
        let shut_out = self.any_shut_out(&suspects).await?;
        match judge(standing, &Findings { same_device: true, shut_out, version: Asked::NotAsked }, now) {
            VerdictCode::Valid => Ok(Connected {
                licence_id: standing.licence.id,
                device_id: standing.device.id,
                app_id: standing.app.id,
                owner_id: standing.licence.owner_id,
            }),
            code => Err(ConnectError::Refused(code)),
        }
    }
}

impl From<VerifyError> for ConnectError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::VerdictInvalid => Self::VerdictInvalid,
            VerifyError::VerdictExpired => Self::VerdictExpired,
            VerifyError::Store(error) => Self::Store(error),
        }
    }
}

#[cfg(test)]
mod tests;
