//! Redeeming a card key on this device.

use cardkey_crypto::{JwkSet, base64url, sha256};
use cardkey_domain::{CardKeyCode, Timestamp};
use cardkey_licensing::{Expectation, VerdictChecker};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::Request;
use crate::storage::Record;
use crate::storage::records::{Licence, PendingActivation};
use crate::{Client, Error, Verdict};

#[derive(Deserialize)]
struct Activated {
    verdict: String,
}

impl Client {
    /// Redeems a card key for who is signed in, on this device, and keeps the verdict.
    ///
    /// Safe to call again after any failure: the same card key on the same device is asked for under the same idempotency key, also
    /// after the program was restarted, so that a lost reply costs nothing.
    pub async fn activate(&self, card_key: &str) -> Result<Verdict, Error> {
        let code = CardKeyCode::parse(card_key);
        // What is no card key goes to the server too: it has the words for it in the user's language.
        let card_key = code.as_ref().map_or(card_key, CardKeyCode::expose);
        let device_key = self.device_key().await?;
        let mut body = json!({ "card_key": card_key, "device_info": self.device });
        if let Some(key) = &device_key {
            body["device_public_key"] = json!(key.public_key().to_string());
        }
        let pending = self.pending(&body).await?;
        body["nonce"] = json!(pending.nonce);
        let request = Request {
            path: "api/v1/card-keys/activate",
            body: Some(&body),
            idempotency_key: Some(&pending.idempotency_key),
            repeatable: true,
            ..Request::default()
        };
        let activated = match self.as_user(request).await {
            Ok(reply) => reply.data::<Activated>()?,
            Err(error) => return Err(self.give_up(error).await?),
        };
        let verdict = self.keep_first(&activated.verdict, &pending.nonce).await?;
        self.records.remove(Record::Activation).await?;
        Ok(verdict)
    }

    /// The activation under way, if it is the same one; a new one otherwise.
    async fn pending(&self, body: &Value) -> Result<PendingActivation, Error> {
        let request_digest = base64url(&sha256(body.to_string().as_bytes()));
        let pending: Option<PendingActivation> = self.records.load(Record::Activation).await?;
        if let Some(pending) = pending.filter(|pending| pending.request_digest == request_digest) {
            return Ok(pending);
        }
        let pending = PendingActivation {
            idempotency_key: base64url(&self.ambient.bytes::<16>()),
            nonce: base64url(&self.ambient.bytes::<16>()),
            request_digest,
        };
        self.records.save(Record::Activation, &pending).await?;
        Ok(pending)
    }

    /// A refusal ends an activation; a failure that may have been a success does not.
    async fn give_up(&self, error: Error) -> Result<Error, Error> {
        if matches!(&error, Error::Refused(refusal) if !refusal.is_passing() && refusal.status != 401) {
            self.records.remove(Record::Activation).await?;
        }
        Ok(error)
    }

    /// Checks the first verdict about a licence and keeps it in the place of whatever was kept before.
    pub(crate) async fn keep_first(&self, token: &str, nonce: &str) -> Result<Verdict, Error> {
        let _one_at_a_time = self.judging.lock().await;
        let keys = match &self.trusted_keys {
            Some(trusted) => trusted.clone(),
            None => self.fetch_keys().await?,
        };
        let expected = Expectation { nonce: Some(nonce), ..Expectation::default() };
        let verdict = VerdictChecker::new(self.app, &keys).recognise(token, expected).map_err(Error::NotGenuine)?;
        let licence = Licence {
            verdict: token.to_owned(),
            licence_id: verdict.sub,
            device_id: verdict.device,
            keys,
            epoch: verdict.epoch,
            seen: Timestamp::from_seconds(verdict.iat),
            device_digest: self.device.digest(),
        };
        self.records.save(Record::Licence, &licence).await?;
        Ok(verdict)
    }

    /// The app's public keys, as the server publishes them.
    pub(crate) async fn fetch_keys(&self) -> Result<JwkSet, Error> {
        let path = format!("api/v1/apps/{}/keys", self.app);
        self.http.send(&Request { path: &path, repeatable: true, ..Request::default() }).await?.whole()
    }
}

#[cfg(test)]
mod tests;
