//! Asking the server about the licence.

use std::time::Duration;

use cardkey_crypto::{SigningKey, TokenError, base64url};
use cardkey_domain::Timestamp;
use cardkey_licensing::{CheckError, Expectation, VerdictChecker};
use serde::Deserialize;
use serde_json::json;

use crate::device_key::Possession;
use crate::http::Request;
use crate::storage::Record;
use crate::storage::records::Licence;
use crate::{Client, Error, Verdict, VerdictCode};

#[derive(Deserialize)]
struct Verified {
    verdict: String,
}

/// A proof is refused when the clocks differ by a minute; from here on another try by the server's clock is worth it.
const NOTICEABLE_SKEW: Duration = Duration::from_secs(30);

impl Client {
    /// Asks the server whether the program may run, checks that the answer is genuine and fresh, and keeps it.
    ///
    /// A verdict that says no is an `Ok`: look at `valid` and `code`. It replaces the lease, so that going offline does not undo it.
    pub async fn verify(&self) -> Result<Verdict, Error> {
        let _one_at_a_time = self.judging.lock().await;
        let mut licence = self.licence().await?;
        let key = self.device_key().await?;
        let now = self.ambient.now();
        let (mut token, mut verdict) = self.ask(&mut licence, key.as_ref(), now).await?;
        let server_time = Timestamp::from_seconds(verdict.iat);
        let skew = server_time.since(now).max(now.since(server_time));
        if verdict.code == VerdictCode::ProofInvalid && skew > NOTICEABLE_SKEW {
            (token, verdict) = self.ask(&mut licence, key.as_ref(), server_time).await?;
        }
        // The answer is fresh, so the server's time is the truth, also where this computer's clock once ran ahead.
        licence.seen = Timestamp::from_seconds(verdict.iat);
        licence.epoch = verdict.epoch;
        licence.device_digest = self.device.digest();
        licence.verdict = token;
        self.records.save(Record::Licence, &licence).await?;
        Ok(verdict)
    }

    /// Asks once, with a question that was never asked before, and checks that the answer is the answer.
    async fn ask(
        &self,
        licence: &mut Licence,
        key: Option<&SigningKey>,
        at: Timestamp,
    ) -> Result<(String, Verdict), Error> {
        let nonce = base64url(&self.ambient.bytes::<16>());
        let body = json!({
            "license": licence.verdict,
            "device_info": self.device,
            "nonce": nonce,
            "version": self.version,
        });
        let possession = key.map(|key| Possession { key, verdict: &licence.verdict, at });
        let request = Request {
            path: "api/v1/card-keys/verify",
            body: Some(&body),
            possession: possession.as_ref(),
            idempotency_key: self.is_metered.then_some(nonce.as_str()),
            repeatable: true,
            ..Request::default()
        };
        let token = self.http.send(&request).await?.data::<Verified>()?.verdict;
        let expected = Expectation { nonce: Some(&nonce), ..kept_one(licence) };
        let mut answer = self.checker(licence).recognise(&token, expected);
        if let (Err(CheckError::NotGenuine(TokenError::UnknownKey)), None) = (&answer, &self.trusted_keys) {
            // The app's key was rotated since.
            licence.keys = self.fetch_keys().await?;
            answer = self.checker(licence).recognise(&token, expected);
        }
        answer.map(|verdict| (token, verdict)).map_err(Error::NotGenuine)
    }

    pub(crate) async fn licence(&self) -> Result<Licence, Error> {
        self.records.load(Record::Licence).await?.ok_or(Error::NotActivated)
    }

    /// Checks verdicts with the keys that were built in, or else with those that were fetched.
    pub(crate) fn checker(&self, licence: &Licence) -> VerdictChecker {
        VerdictChecker::new(self.app, self.trusted_keys.as_ref().unwrap_or(&licence.keys))
    }
}

/// A verdict about the licence and device that are kept here, not older than what was said before.
pub(crate) fn kept_one(licence: &Licence) -> Expectation<'static> {
    Expectation {
        licence: Some(licence.licence_id),
        device: Some(licence.device_id),
        epoch: licence.epoch,
        ..Expectation::default()
    }
}

#[cfg(test)]
mod tests;
