use std::sync::Arc;

use cardkey_crypto::{Jwk, JwkSet, PublicKey, SignatureMemory, Signer, SigningKey, Vault, Verifier};
use cardkey_domain::{AppId, Secret, SigningKeyId};
use cardkey_events::StoreError;

use crate::model::{SigningKeyRecord, SigningKeyState};
use crate::{Licensing, VERDICT_TYPE, VerdictClaims};

/// An app's signing keys, opened: one signs, all check (APP-07).
#[derive(Debug)]
pub struct Keyring {
    active: SigningKeyId,
    signer: Signer,
    verifier: Verifier,
    jwks: JwkSet,
}

impl Keyring {
    fn open(vault: &Vault, records: &[SigningKeyRecord], memory: &Arc<SignatureMemory>) -> Result<Self, StoreError> {
        let active = records
            .iter()
            .find(|key| key.state == SigningKeyState::Active)
            .ok_or_else(|| StoreError::damaged("an app without an active signing key"))?;
        let key = open_seed(vault, active)?;
        let jwks = published(records);
        Ok(Self {
            active: active.id,
            signer: Signer::eddsa(&active.id.to_string(), &key).remembering(Arc::clone(memory)),
            verifier: Verifier::published(&jwks).remembering(Arc::clone(memory)),
            jwks,
        })
    }

    /// The key that signs.
    #[must_use]
    pub fn active(&self) -> SigningKeyId {
        self.active
    }

    /// What is published: the key that signs, the one that will next, and those that did.
    #[must_use]
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }

    pub(crate) fn sign(&self, claims: &VerdictClaims) -> String {
        self.signer.sign(VERDICT_TYPE, claims)
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}

impl Licensing {
    /// The opened keys of an app; `None` when there is no such app.
    pub(crate) async fn keyring(&self, app: AppId) -> Result<Option<Arc<Keyring>>, StoreError> {
        if let Some(keyring) = self.cache.keyring(app) {
            return Ok(Some(keyring));
        }
        let records = self.read().signing_keys(app).await?;
        if records.is_empty() {
            return Ok(None);
        }
        let keyring = Arc::new(Keyring::open(&self.vault, &records, &self.signatures)?);
        self.cache.keep_keyring(app, Arc::clone(&keyring));
        Ok(Some(keyring))
    }

    pub(crate) fn new_signing_key(&self, app_id: AppId, state: SigningKeyState) -> SigningKeyRecord {
        let key = SigningKey::generate(self.ambient.entropy());
        let id: SigningKeyId = self.ambient.id();
        SigningKeyRecord {
            id,
            app_id,
            state,
            public_key: *key.public_key().as_bytes(),
            sealed_seed: self.vault.seal(seed_context(id).as_bytes(), key.seed().expose()),
            created_at: self.ambient.now(),
        }
    }
}

/// The public halves of all keys, oldest first.
pub(crate) fn published(records: &[SigningKeyRecord]) -> JwkSet {
    let mut records: Vec<_> = records.iter().collect();
    records.sort_by_key(|record| record.id);
    let publish =
        |record: &SigningKeyRecord| Jwk::published(&record.id.to_string(), &PublicKey::from_bytes(record.public_key));
    JwkSet { keys: records.into_iter().map(publish).collect() }
}

fn open_seed(vault: &Vault, record: &SigningKeyRecord) -> Result<SigningKey, StoreError> {
    let opened = vault.open(seed_context(record.id).as_bytes(), &record.sealed_seed);
    let seed = opened.map_err(|error| StoreError::Backend(error.into()))?;
    let seed =
        seed.expose().as_slice().try_into().map_err(|_| StoreError::damaged("a signing seed of another length"))?;
    Ok(SigningKey::from_seed(&Secret::new(seed)))
}

fn seed_context(id: SigningKeyId) -> String {
    format!("signing_keys.seed:{id}")
}
