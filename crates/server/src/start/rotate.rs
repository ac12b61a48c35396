use std::sync::Arc;

use cardkey_crypto::Vault;
use cardkey_domain::Entropy;
use cardkey_events::StoreError;
use cardkey_persistence::{Database, Sealed, SealedPlace};

use super::keys::secret_context;
use super::{DataDir, KeySource, StartError, check_key, database_url};
use crate::config::Settings;

/// Values read at once.
const PAGE: u32 = 1_000;

/// What was sealed again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Rotated {
    pub(crate) secrets: usize,
    pub(crate) signing_keys: usize,
    pub(crate) card_keys: usize,
    pub(crate) receipts: usize,
}

/// Seals everything again under ENCRYPTION_KEY that was sealed under ENCRYPTION_KEY_OLD, while servers that know both keys go on (SEC-08).
/// Done again, or taken up after a crash, it does what is left.
pub(crate) async fn rotate(settings: &Settings, entropy: Arc<dyn Entropy>) -> Result<Rotated, StartError> {
    let data_dir = DataDir::open(settings)?;
    let key = KeySource::find(settings, &data_dir)?.into_key(true, entropy.as_ref())?;
    let older: Vec<_> = settings.encryption_key_old.clone().into_iter().collect();
    let vault = Vault::new(&key, &older, entropy);
    let url = database_url(settings);
    let database = Database::connect(&url, settings.database_pool_size).await.map_err(StartError::Database)?;
    if !database.migration_status().await?.pending.is_empty() {
        return Err(StartError::NotMigrated);
    }
    if check_key(&database, &vault).await? == Some(false) {
        return Err(StartError::WrongKey);
    }
    let walk = Walk { database, vault };
    Ok(Rotated {
        card_keys: walk.card_keys().await?,
        signing_keys: walk.signing_keys().await?,
        receipts: walk.receipts().await?,
        // The check value goes last: it tells that the rest is done.
        secrets: walk.secrets().await?,
    })
}

struct Walk {
    database: Database,
    vault: Vault,
}

impl Walk {
    async fn card_keys(&self) -> Result<usize, StoreError> {
        let (mut count, mut last) = (0, None);
        loop {
            let page = self.database.sealed_card_keys(last, PAGE).await?;
            let Some(Sealed { place: SealedPlace::CardKey(id), .. }) = page.last() else { return Ok(count) };
            last = Some(*id);
            count += self.reseal(page).await?;
        }
    }

    async fn signing_keys(&self) -> Result<usize, StoreError> {
        self.reseal(self.database.sealed_signing_keys().await?).await
    }

    async fn receipts(&self) -> Result<usize, StoreError> {
        let (mut count, mut last) = (0, None::<(String, String)>);
        loop {
            let after = last.as_ref().map(|(scope, key)| (scope.as_str(), key.as_str()));
            let page = self.database.sealed_receipts(after, PAGE).await?;
            let Some(Sealed { place: SealedPlace::Receipt { scope, key }, .. }) = page.last() else { return Ok(count) };
            last = Some((scope.clone(), key.clone()));
            count += self.reseal(page).await?;
        }
    }

    async fn secrets(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        for name in self.database.secret_names().await? {
            let Some(old) = self.database.secret(&name).await? else { continue };
            if let Some(new) = self.anew(&secret_context(&name), &old)? {
                count += usize::from(self.database.replace_secret(&name, &old, &new).await?);
            }
        }
        Ok(count)
    }

    async fn reseal(&self, page: Vec<Sealed>) -> Result<usize, StoreError> {
        let mut anew = Vec::new();
        for Sealed { place, bytes } in page {
            if let Some(bytes) = self.anew(&context(&place), &bytes)? {
                anew.push(Sealed { place, bytes });
            }
        }
        let count = anew.len();
        self.database.reseal(anew).await?;
        Ok(count)
    }

    /// The value sealed under the current key; `None` where it is already.
    fn anew(&self, context: &[u8], sealed: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        if self.vault.is_current(sealed) {
            return Ok(None);
        }
        let plain = self.vault.open(context, sealed).map_err(|error| StoreError::Backend(error.into()))?;
        Ok(Some(self.vault.seal(context, plain.expose())))
    }
}

/// What a value is bound to. Whoever seals it says so too; a test that rotates and then opens everything holds both to each other.
fn context(place: &SealedPlace) -> Vec<u8> {
    match place {
        SealedPlace::CardKey(id) => format!("card_keys.code:{id}").into_bytes(),
        SealedPlace::SigningKey(id) => format!("signing_keys.seed:{id}").into_bytes(),
        SealedPlace::Receipt { scope, key } => format!("receipt\n{scope}\n{key}").into_bytes(),
    }
}
