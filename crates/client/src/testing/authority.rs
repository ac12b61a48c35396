use cardkey_crypto::{JwkSet, Signer, SigningKey};
use cardkey_domain::{Secret, Timestamp};
use cardkey_licensing::{Nonce, VERDICT_TYPE};
use serde_json::json;

use super::{Answer, NOON, Seen};
use crate::{Verdict, VerdictCode};

pub(crate) const APP: &str = "01909b8e-1c4f-7d3a-8f1e-2b6c5d4e3f2a";
const LEASE: i64 = 72 * 3_600;

/// Who signs an app's verdicts.
pub(crate) struct Authority {
    kid: String,
    key: SigningKey,
}

impl Authority {
    pub(crate) fn new(number: u8) -> Self {
        Self { kid: format!("k{number}"), key: SigningKey::from_seed(&Secret::new([number; 32])) }
    }

    pub(crate) fn jwks(&self) -> JwkSet {
        JwkSet::publish([(self.kid.as_str(), &self.key.public_key())])
    }

    fn sign(&self, verdict: &Verdict) -> String {
        Signer::eddsa(&self.kid, &self.key).sign(VERDICT_TYPE, verdict)
    }

    /// A verdict to a question, with a change.
    pub(crate) fn answer(&self, seen: &Seen, change: impl FnOnce(&mut Verdict)) -> Answer {
        let mut verdict = valid(seen.body["nonce"].as_str().unwrap_or("none"));
        change(&mut verdict);
        Answer::json(200, &json!({ "success": true, "data": { "verdict": self.sign(&verdict) } }))
    }
}

/// A verdict that says yes.
fn valid(nonce: &str) -> Verdict {
    Verdict {
        iss: "http://licence.test".to_owned(),
        aud: APP.parse().unwrap(),
        sub: "01909b8e-1c4f-7d3a-8f1e-000000000001".parse().unwrap(),
        device: "01909b8e-1c4f-7d3a-8f1e-000000000002".parse().unwrap(),
        code: VerdictCode::Valid,
        valid: true,
        entitlements: vec!["pro".to_owned()],
        nonce: Some(Nonce::parse(nonce).unwrap()),
        iat: NOON,
        exp: NOON + LEASE,
        lease_until: NOON + LEASE,
        license_expires_at: None,
        epoch: 3,
        cnf: None,
    }
}

/// A verdict that says no.
pub(crate) fn refuse(verdict: &mut Verdict, code: VerdictCode) {
    verdict.code = code;
    verdict.valid = false;
    verdict.entitlements.clear();
    verdict.exp = verdict.iat + 300;
    verdict.lease_until = verdict.iat;
}

pub(crate) fn lease_end() -> Timestamp {
    Timestamp::from_seconds(NOON + LEASE)
}
