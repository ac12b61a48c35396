use cardkey_audit::ChainKey;
use cardkey_crypto::{LookupKey, SigningKey, Vault};
use cardkey_domain::{Entropy, Secret};
use cardkey_events::{Sealer, StoreError};
use cardkey_persistence::Database;

use super::StartError;

/// A sealed value by which the database's own key is recognised.
const CHECK: &str = "check";
const CHECK_VALUE: &[u8] = b"cardkey";

/// The key of keyed hashes. It is data, sealed under the master key, so that the master key can change.
const LOOKUP: &str = "lookup-key";

/// The key that signs the checkpoints of the audit log.
const AUDIT: &str = "audit-key";

/// What everything secret is kept under.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) vault: Vault,
    pub(crate) lookup: LookupKey,
    pub(crate) audit: ChainKey,
}

/// Whether the master key is the one that the database is encrypted under; `None` where it is not encrypted yet.
pub(crate) async fn check_key(database: &Database, vault: &Vault) -> Result<Option<bool>, StoreError> {
    let sealed = database.secret(CHECK).await?;
    Ok(sealed.map(|sealed| vault.open(&secret_context(CHECK), &sealed).is_ok()))
}

impl Keys {
    /// Opens the database's keys, and makes them at the first start. The database is migrated.
    pub(crate) async fn open(database: &Database, vault: Vault, entropy: &dyn Entropy) -> Result<Self, StartError> {
        database.secret_or_insert(CHECK, &vault.seal(&secret_context(CHECK), CHECK_VALUE)).await?;
        // Two nodes may have started at once, with different keys.
        if check_key(database, &vault).await? != Some(true) {
            return Err(StartError::WrongKey);
        }
        let lookup = LookupKey::new(&key_of(database, &vault, entropy, LOOKUP).await?);
        let audit = ChainKey::new(SigningKey::from_seed(&key_of(database, &vault, entropy, AUDIT).await?));
        Ok(Self { vault, lookup, audit })
    }
}

/// 32 random bytes that were made at the first start and are kept sealed ever since.
async fn key_of(
    database: &Database,
    vault: &Vault,
    entropy: &dyn Entropy,
    name: &str,
) -> Result<Secret<[u8; 32]>, StartError> {
    let mut fresh = [0; 32];
    entropy.fill(&mut fresh);
    let sealed = database.secret_or_insert(name, &vault.seal(&secret_context(name), &fresh)).await?;
    let opened = vault.open(&secret_context(name), &sealed).map_err(|_| StartError::WrongKey)?;
    let key = opened.expose().as_slice().try_into();
    Ok(Secret::new(key.map_err(|_| StoreError::damaged("a key of 32 bytes"))?))
}

/// What a secret is bound to.
pub(super) fn secret_context(name: &str) -> Vec<u8> {
    format!("secrets.sealed:{name}").into_bytes()
}

/// Seals the replies kept for retries.
pub(crate) struct ReplySealer(pub(crate) Vault);

impl Sealer for ReplySealer {
    fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        self.0.seal(context, plain)
    }

    fn open(&self, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.0.open(context, sealed).ok().map(|plain| plain.expose().clone())
    }
}
