//! The device's own key (DEV-08): made here, never sent; each verification proves that it is there (RFC 9449).

use cardkey_crypto::{Proof, ProofClaims, SigningKey, base64url, from_base64url, sha256};
use cardkey_domain::{Ambient, Secret, Timestamp};

use crate::storage::records::{Records, StoredDeviceKey};
use crate::storage::{Record, StorageError};

/// The device's key; made and kept at the first call.
pub(crate) async fn device_key(records: &Records, ambient: &Ambient) -> Result<SigningKey, StorageError> {
    if let Some(stored) = records.load::<StoredDeviceKey>(Record::DeviceKey).await? {
        let seed = from_base64url(&stored.seed).ok().and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let seed = seed.ok_or_else(|| StorageError::new("read", "the device key", "damaged"))?;
        return Ok(SigningKey::from_seed(&Secret::new(seed)));
    }
    let key = SigningKey::generate(ambient.entropy());
    let stored = StoredDeviceKey { seed: base64url(key.seed().expose()) };
    records.save(Record::DeviceKey, &stored).await?;
    Ok(key)
}

/// What a request proves: that the device's key is here, for the verdict that it shows.
#[derive(Clone)]
pub(crate) struct Possession<'a> {
    pub(crate) key: &'a SigningKey,
    pub(crate) verdict: &'a str,
    /// When the proof is made, by the server's clock as far as it is known.
    pub(crate) at: Timestamp,
}

/// A fresh proof for one request: no proof is sent twice.
pub(crate) fn proof(possession: &Possession<'_>, method: &str, url: &str, ambient: &Ambient) -> String {
    let claims = ProofClaims {
        jti: base64url(&ambient.bytes::<16>()),
        htm: method.to_owned(),
        htu: url.to_owned(),
        iat: possession.at.seconds(),
        nonce: None,
        ath: Some(base64url(&sha256(possession.verdict.as_bytes()))),
    };
    Proof::sign(possession.key, &claims)
}
