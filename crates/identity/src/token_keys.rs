use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use cardkey_crypto::{JwkSet, OpenError, PublicKey, Signer, SigningKey, TokenError, Vault, Verifier};
use cardkey_domain::{Ambient, Secret, SigningKeyId, Timestamp};
use cardkey_events::{Call, Constraint, Deed, StoreError, record};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{TokenKeyRecord, TokenKeyState};
use crate::{Settings, Store, TokenSigning};

/// A token signed by a key that is not known makes the keys be read again, but not more often than this.
const RELOAD_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// A node may go on signing with a retired key until it reads the keys again; its tokens must be good for as long.
const STRAGGLERS: Duration = Duration::from_secs(60 * 60);

/// The keys that sign tokens, as this process last read them; replaced as a whole when they are read again.
pub(crate) struct TokenKeys {
    source: Source,
    current: RwLock<Arc<KeySet>>,
}

/// Where keys come from.
struct Source {
    store: Arc<dyn Store>,
    ambient: Ambient,
    vault: Vault,
    signing: TokenSigning,
    /// How long a token can live.
    longest_life: Duration,
}

/// The keys as they were read at one moment.
pub(crate) struct KeySet {
    signer: Signer,
    verifier: Verifier,
    pub(crate) published: JwkSet,
    /// The key that signs and the one that will; none where a shared secret signs.
    pub(crate) pair: Option<(SigningKeyId, SigningKeyId)>,
    read_at: Timestamp,
}

impl KeySet {
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> String {
        self.signer.sign(typ, claims)
    }

    pub(crate) fn verify<T: DeserializeOwned>(&self, typ: &str, token: &str) -> Result<T, TokenError> {
        self.verifier.verify(typ, token)
    }
}

impl TokenKeys {
    /// Reads the keys, and makes them where there are none yet.
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        ambient: Ambient,
        vault: Vault,
        settings: &Settings,
    ) -> Result<Self, StoreError> {
        let longest_life = settings.session_lifetime.max(settings.access_lifetime);
        let source = Source { store, ambient, vault, signing: settings.signing.clone(), longest_life };
        let current = RwLock::new(Arc::new(source.read().await?));
        Ok(Self { source, current })
    }

    pub(crate) fn current(&self) -> Arc<KeySet> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn reload(&self) -> Result<(), StoreError> {
        let set = Arc::new(self.source.read().await?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }

    /// Whether the keys were read again.
    pub(crate) async fn reload_if_due(&self) -> Result<bool, StoreError> {
        let age = self.source.ambient.now().since(self.current().read_at);
        if age < RELOAD_AT_MOST_EVERY {
            return Ok(false);
        }
        self.reload().await?;
        Ok(true)
    }

    pub(crate) fn new_spare(&self) -> TokenKeyRecord {
        self.source.new_key(TokenKeyState::Spare)
    }
}

impl Source {
    async fn read(&self) -> Result<KeySet, StoreError> {
        match &self.signing {
            TokenSigning::Hs256(secret) => Ok(self.of_secret(secret)),
            TokenSigning::EdDsa => {
                self.make_missing().await?;
                self.of_records(&self.store.read().token_keys().await?)
            }
        }
    }

    fn of_secret(&self, secret: &Secret<Vec<u8>>) -> KeySet {
        KeySet {
            signer: Signer::hs256(secret),
            verifier: Verifier::hs256(secret),
            published: JwkSet::default(),
            pair: None,
            read_at: self.ambient.now(),
        }
    }

    fn of_records(&self, keys: &[TokenKeyRecord]) -> Result<KeySet, StoreError> {
        let now = self.ambient.now();
        let active = find(keys, TokenKeyState::Active)?;
        let spare = find(keys, TokenKeyState::Spare)?;
        let useful: BTreeMap<String, PublicKey> = keys
            .iter()
            .filter(|key| self.end_of(key).is_none_or(|end| now < end))
            .map(|key| (key.id.to_string(), PublicKey::from_bytes(key.public_key)))
            .collect();
        Ok(KeySet {
            signer: Signer::eddsa(&active.id.to_string(), &self.open_seed(active)?),
            published: JwkSet::publish(useful.iter().map(|(kid, key)| (kid.as_str(), key))),
            verifier: Verifier::eddsa(useful),
            pair: Some((active.id, spare.id)),
            read_at: now,
        })
    }

    /// Two nodes that start together may both try; the store lets one through, and both read what it wrote.
    async fn make_missing(&self) -> Result<(), StoreError> {
        let keys = self.store.read().token_keys().await?;
        let missing: Vec<_> = [TokenKeyState::Active, TokenKeyState::Spare]
            .into_iter()
            .filter(|state| find(&keys, *state).is_err())
            .map(|state| self.new_key(state))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        match self.insert(&missing).await {
            Err(error) if error.is_conflict(Constraint::Other) => Ok(()),
            other => other,
        }
    }

    async fn insert(&self, keys: &[TokenKeyRecord]) -> Result<(), StoreError> {
        let call = Call::by_system("identity", "start".to_owned());
        let mut work = self.store.begin().await?;
        for key in keys {
            work.signing_keys().insert(key).await?;
            let deed = Deed::done("signing_key.create").to("signing_key", key.id).with("state", key.state.as_str());
            record(&mut *work, &self.ambient, &call, deed, Vec::new()).await?;
        }
        work.commit().await
    }

    fn new_key(&self, state: TokenKeyState) -> TokenKeyRecord {
        let id = self.ambient.id();
        let key = SigningKey::generate(self.ambient.entropy());
        let sealed_seed = self.vault.seal(&seed_context(id), key.seed().expose());
        let public_key = *key.public_key().as_bytes();
        TokenKeyRecord { id, state, public_key, sealed_seed, created_at: self.ambient.now(), retired_at: None }
    }

    fn open_seed(&self, key: &TokenKeyRecord) -> Result<SigningKey, StoreError> {
        let damaged = |error: OpenError| StoreError::Backend(error.into());
        let seed = self.vault.open(&seed_context(key.id), &key.sealed_seed).map_err(damaged)?;
        let seed = seed.expose().as_slice().try_into().map_err(|_| StoreError::damaged("a seed is 32 bytes"))?;
        Ok(SigningKey::from_seed(&Secret::new(seed)))
    }

    /// When nothing that a retired key signed can live any more.
    fn end_of(&self, key: &TokenKeyRecord) -> Option<Timestamp> {
        key.retired_at.map(|retired_at| retired_at.plus(self.longest_life).plus(STRAGGLERS))
    }
}

fn find(keys: &[TokenKeyRecord], state: TokenKeyState) -> Result<&TokenKeyRecord, StoreError> {
    let missing = || StoreError::damaged(format!("there is no {state} key to sign tokens"));
    keys.iter().find(|key| key.state == state).ok_or_else(missing)
}

fn seed_context(id: SigningKeyId) -> Vec<u8> {
    format!("signing_keys.seed:{id}").into_bytes()
}

impl fmt::Debug for TokenKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKeys({:?})", self.current().pair)
    }
}
