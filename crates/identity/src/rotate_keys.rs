use cardkey_crypto::JwkSet;
use cardkey_domain::SigningKeyId;
use cardkey_events::{Call, Deed, Happening, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::Identity;

/// What came of a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotatedKeys {
    /// The key that signs from now on.
    pub active: SigningKeyId,
    /// The key that will sign after the next rotation, published already.
    pub spare: SigningKeyId,
}

/// Why keys are not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotateKeysError {
    /// Tokens are signed with a shared secret.
    #[error("tokens are signed with a shared secret, not with keys")]
    NotInUse,
    /// Somebody else rotated just now.
    #[error("the keys were rotated meanwhile")]
    RotatedMeanwhile,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Identity {
    /// Puts the spare key in the place of the active one and publishes a new spare. Nobody is signed out: what the old key signed is
    /// good until it ends, and the key that signs now was known to every node before (TOK-02).
    pub async fn rotate_keys(&self, call: &Call) -> Result<RotatedKeys, RotateKeysError> {
        self.keys.reload().await?;
        let (retired, active) = self.keys.current().pair.ok_or(RotateKeysError::NotInUse)?;
        let now = self.ambient.now();
        let spare = self.keys.new_spare();
        let rotated = RotatedKeys { active, spare: spare.id };

        let mut work = self.store.begin().await?;
        if !work.signing_keys().promote_spare(retired, now).await? {
            return Err(RotateKeysError::RotatedMeanwhile);
        }
        work.signing_keys().insert(&spare).await?;
        let deed = Deed::done("signing_key.rotate").to("signing_key", active).with("retired", retired);
        let happening = Happening::SigningKeyRotated { app_id: None, kid: active.to_string() };
        record(&mut *work, &self.ambient, call, deed, vec![happening]).await?;
        call.finish(work, &rotated, now).await?;
        // It is done, whether or not it can be read back at once: until then the old key signs, and its tokens are good.
        self.keys.reload().await.ok();
        Ok(rotated)
    }

    /// The keys that tokens can be checked with, for anybody: the active one, the spare, and retired ones whose tokens may live.
    #[must_use]
    pub fn published_keys(&self) -> JwkSet {
        self.keys.current().published.clone()
    }

    /// Reads the keys again, as the server does now and then for the sake of other nodes' rotations.
    pub async fn reload_keys(&self) -> Result<(), StoreError> {
        self.keys.reload().await
    }
}

#[cfg(test)]
mod tests;
