use cardkey_crypto::PublicKey;
use cardkey_domain::{LicenceId, UserId};
use cardkey_events::{Call, Deed, StoreError, record};

use crate::fingerprint::{DeviceInfo, identify};
use crate::issue::{Subject, Verified};
use crate::judge::Asked;
use crate::model::{Component, DeviceMatching, Seat};
use crate::proof::{PresentedProof, check_possession};
use crate::service::{ATTEMPTS, too_busy, worth_another_look};
use crate::{LicenceStanding, Licensing, Nonce, VerdictCode};

/// The owner of a licence asks for a verdict on a bound device that lost its own, or whose own is too old.
#[derive(Debug, Clone)]
pub struct Reissue {
    /// Who asks.
    pub user_id: UserId,
    /// The licence.
    pub licence_id: LicenceId,
    /// The device.
    pub device_info: DeviceInfo,
    /// What comes back in the answer.
    pub nonce: Option<Nonce>,
    /// A new key of the device, where it lost the old one: the account vouches for it.
    pub device_public_key: Option<PublicKey>,
    /// The proof of possession, where the device has a key and brings no new one.
    pub proof: Option<PresentedProof>,
}

/// Why there is no verdict.
#[derive(Debug, thiserror::Error)]
pub enum ReissueError {
    /// There is no such licence, or it is not the caller's.
    #[error("no such licence")]
    NotFound,
    /// The device has no seat on the licence.
    #[error("the device is not bound")]
    NotBound,
    /// No component identifies the device.
    #[error("no component identifies the device")]
    Unidentifiable {
        /// What was given and identifies nothing.
        junk: Vec<Component>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Licensing {
    /// Issues a verdict anew. The answer may be a refusal, as for any check.
    pub async fn reissue(&self, call: &Call, command: Reissue) -> Result<Verified, ReissueError> {
        for _ in 0..ATTEMPTS {
            let (mut standing, seat) = self.find_seat(&command).await?;
            let renewed = command.device_public_key.map(|key| self.rekeyed(call, &seat, key));
            if let Some(renewed) = &renewed {
                standing.seat = Some(renewed.clone());
            }
            let now = self.ambient.now();
            let mut code = self.examine(call, &standing, &command.device_info, Asked::NotAsked, now).await?;
            if let (VerdictCode::Valid, None, Some(key)) = (code, &renewed, seat.public_key) {
                let (key, proof) = (PublicKey::from_bytes(key), command.proof.as_ref());
                code = check_possession(&key, proof, None, self.proofs.as_ref(), now).err().unwrap_or(code);
            }
            let keyring = self.keyring(standing.app.id).await?;
            let keyring = keyring.ok_or_else(|| StoreError::damaged("an app without signing keys"))?;
            let answer = self.answer(&keyring, Subject::standing(&standing), code, command.nonce.clone(), now);
            match self.keep(call, &answer, &seat, renewed.filter(|_| answer.valid)).await {
                Ok(()) => return Ok(answer),
                Err(error) if worth_another_look(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_busy().into())
    }

    async fn find_seat(&self, command: &Reissue) -> Result<(LicenceStanding, Seat), ReissueError> {
        let found = self.read().licence(command.licence_id).await?;
        let (licence, seats) =
            found.filter(|(licence, _)| licence.owner_id == command.user_id).ok_or(ReissueError::NotFound)?;
        // A device is known by the fingerprint of the setting under which it was bound.
        for matching in [DeviceMatching::Exact, DeviceMatching::LegacyMd5] {
            let identified = identify(&self.lookup, licence.app_id, matching, &command.device_info)
                .map_err(|error| ReissueError::Unidentifiable { junk: error.junk })?;
            let device = self.read().device_by_fingerprint(licence.app_id, &identified.fingerprint).await?;
            let bound = device.and_then(|device| seats.iter().find(|seat| seat.device_id == device.id));
            if let Some(seat) = bound {
                let standing = self.read().standing(licence.id, seat.device_id).await?.ok_or(ReissueError::NotFound)?;
                return Ok((standing, seat.clone()));
            }
        }
        Err(ReissueError::NotBound)
    }

    /// A seat is bound with one key for good, so a new key means a new seat of the same number.
    fn rekeyed(&self, call: &Call, seat: &Seat, key: PublicKey) -> Seat {
        let (now, public_key) = (self.ambient.now(), Some(*key.as_bytes()));
        Seat { id: self.ambient.id(), bound_at: now, bound_ip: call.ip, public_key, ..seat.clone() }
    }

    async fn keep(&self, call: &Call, answer: &Verified, seat: &Seat, renewed: Option<Seat>) -> Result<(), StoreError> {
        let now = self.ambient.now();
        let deed = Deed::done("licence.reissue_verdict")
            .to("licence", seat.licence_id)
            .with("device_id", seat.device_id)
            .with("code", answer.code)
            .with("new_device_key", renewed.is_some());
        let mut work = self.store.begin().await?;
        if let Some(renewed) = &renewed {
            if work.licences().unbind(seat.licence_id, Some(seat.device_id), now).await?.is_empty() {
                return Err(too_busy());
            }
            work.licences().bind(renewed).await?;
        }
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        call.finish(work, answer, now).await?;
        self.cache.forget_licence(seat.licence_id);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
