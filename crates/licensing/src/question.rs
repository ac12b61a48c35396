//! What every question about a licence has in common, whether an app starts or shows itself: who asks, what the answer rests on, the use
//! that it may cost, the signature.

use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::{PublicKey, unverified_claims};
use cardkey_domain::{AppId, DeviceId, LicenceId, Timestamp};
use cardkey_events::{Call, StoreError};
use serde::{Deserialize, Serialize};

use crate::issue::{Subject, Verified};
use crate::keyring::Keyring;
use crate::proof::{PresentedProof, check_possession};
use crate::{LicenceStanding, Licensing, Nonce, UnitOfWork, VERDICT_TYPE, VerdictClaims, VerdictCode};

/// How long after its end a genuine verdict still tells who asks. Older ones are replaced by the owner (see `reissue`).
const IDENTIFIES_FOR: Duration = Duration::from_secs(90 * 24 * 60 * 60);

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

/// Who asks, by the genuine verdict they showed.
pub(crate) struct Asker {
    pub(crate) claims: VerdictClaims,
    /// What the answer rests on; `None` when the store knows nothing of it any more.
    pub(crate) standing: Option<Arc<LicenceStanding>>,
    keyring: Arc<Keyring>,
}

/// Whether a valid answer about a licence whose uses are counted costs one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Costs {
    /// One use: the app starts.
    AUse,
    /// Nothing, and the lease stays as it is: the app goes on within the lease that its start paid for.
    Nothing,
}

/// An answer, and the unit of work that takes the use it costs.
pub(crate) struct Answered {
    pub(crate) verified: Verified,
    used: Option<Box<dyn UnitOfWork>>,
}

impl Licensing {
    /// Who asks. The app's key is what makes a verdict genuine; its `iss` may be an address that the server had before it moved.
    pub(crate) async fn asker(&self, verdict: &str, now: Timestamp) -> Result<Asker, VerifyError> {
        let audience: Audience = unverified_claims(verdict).map_err(|_| VerifyError::VerdictInvalid)?;
        let keyring = self.keyring(audience.aud).await?.ok_or(VerifyError::VerdictInvalid)?;
        let claims: VerdictClaims =
            keyring.verifier().verify(VERDICT_TYPE, verdict).map_err(|_| VerifyError::VerdictInvalid)?;
        if Timestamp::from_seconds(claims.exp).plus(IDENTIFIES_FOR) < now {
            return Err(VerifyError::VerdictExpired);
        }
        let standing = self.standing(claims.sub, claims.device).await?;
        Ok(Asker { claims, standing, keyring })
    }

    /// Signs the answer `code`, unless it is to be valid and the uses are used up.
    pub(crate) async fn reply(
        &self,
        asker: &Asker,
        code: VerdictCode,
        costs: Costs,
        nonce: Nonce,
        now: Timestamp,
    ) -> Result<Answered, StoreError> {
        let Some(standing) = &asker.standing else {
            let verified = self.answer(&asker.keyring, Subject::gone(&asker.claims), code, Some(nonce), now);
            return Ok(Answered { verified, used: None });
        };
        let (mut code, mut used, mut subject) = (code, None, Subject::standing(standing));
        if code == VerdictCode::Valid && standing.licence.uses_left.is_some() {
            if costs == Costs::AUse {
                used = self.take_use(standing.licence.id).await?;
                code = if used.is_some() { code } else { VerdictCode::QuotaExhausted };
            } else {
                subject = subject.until(Timestamp::from_seconds(asker.claims.lease_until), now);
            }
        }
        let verified = self.answer(&asker.keyring, subject, code, Some(nonce), now);
        Ok(Answered { verified, used })
    }

    /// Commits the use that an answer cost, and what a retry is to be told; nothing in most cases.
    pub(crate) async fn settle<O: Serialize>(
        &self,
        call: &Call,
        used: Option<Box<dyn UnitOfWork>>,
        outcome: &O,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match used {
            Some(work) => call.finish(work, outcome, now).await,
            None if call.once.is_some() => call.finish(self.store.begin().await?, outcome, now).await,
            None => Ok(()),
        }
    }

    /// Whether the device proves to have the key that its seat is bound with, where it is bound with one.
    pub(crate) fn possession(
        &self,
        standing: &LicenceStanding,
        proof: Option<&PresentedProof>,
        verdict: &str,
        now: Timestamp,
    ) -> Result<(), VerdictCode> {
        let Some(key) = standing.seat.as_ref().and_then(|seat| seat.public_key) else { return Ok(()) };
        check_possession(&PublicKey::from_bytes(key), proof, Some(verdict), self.proofs.as_ref(), now)
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

impl Answered {
    /// The answer, and what is left to commit.
    pub(crate) fn into_parts(self) -> (Verified, Option<Box<dyn UnitOfWork>>) {
        (self.verified, self.used)
    }
}

/// Whose keys would check the verdict.
#[derive(Deserialize)]
struct Audience {
    aud: AppId,
}
