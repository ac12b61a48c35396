use std::fmt;
use std::sync::Arc;

use cardkey_domain::{Entropy, Secret};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{KeyId, MasterKey};

const VERSION: u8 = 1;
const KEY_ID_LENGTH: usize = 8;
const HEADER_LENGTH: usize = 1 + KEY_ID_LENGTH + NONCE_LEN;
const TAG_LENGTH: usize = 16;

/// Encrypts what the database may not show (AES-256-GCM).
///
/// Sealed bytes are `version | key id (8) | nonce (12) | ciphertext and tag (16)`. The context – by convention `table.column:row id` –
/// is authenticated with them, so that a sealed value cannot be moved to another row. Nonces are random: one key is good for 2³²
/// seals (NIST SP 800-38D section 8.3), after which the master key should have been rotated.
#[derive(Clone)]
pub struct Vault {
    current: Arc<Key>,
    older: Vec<Arc<Key>>,
    entropy: Arc<dyn Entropy>,
}

/// Why sealed bytes cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or of a version that is not known.
    #[error("not sealed bytes")]
    Malformed,
    /// Sealed under a key that was not given.
    #[error("sealed under the unknown key {0}")]
    UnknownKey(KeyId),
    /// Altered, or sealed for another context.
    #[error("sealed bytes were altered or belong elsewhere")]
    Rejected,
}

impl Vault {
    /// A vault that seals under `current` and opens what any of the keys sealed.
    #[must_use]
    pub fn new(current: &MasterKey, older: &[MasterKey], entropy: Arc<dyn Entropy>) -> Self {
        let older = older.iter().map(|key| Arc::new(Key::new(key))).collect();
        Self { current: Arc::new(Key::new(current)), older, entropy }
    }

    /// Encrypts `plain` for one place, named by `context`.
    #[must_use]
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        self.entropy.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(HEADER_LENGTH + plain.len() + TAG_LENGTH);
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id.0);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .current
            .cipher
            .seal_in_place_separate_tag(nonce, Aad::from(context), &mut sealed[HEADER_LENGTH..])
            .expect("a value is shorter than AES-GCM's 64 GiB");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Decrypts what was sealed for the same context.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, OpenError> {
        let (id, nonce, ciphertext) = split(sealed).ok_or(OpenError::Malformed)?;
        let key = self.key(id).ok_or(OpenError::UnknownKey(id))?;
        let mut buffer = Zeroizing::new(ciphertext.to_vec());
        let plain = key
            .cipher
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut buffer)
            .map_err(|_| OpenError::Rejected)?;
        Ok(Secret::new(plain.to_vec()))
    }

    /// Whether the bytes were sealed under the current key. What was not is to be sealed again.
    #[must_use]
    pub fn is_current(&self, sealed: &[u8]) -> bool {
        split(sealed).is_some_and(|(id, _, _)| id == self.current.id)
    }

    /// The key that seals now.
    #[must_use]
    pub fn current_key(&self) -> KeyId {
        self.current.id
    }

    fn key(&self, id: KeyId) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.older).find(|key| key.id == id).map(Arc::as_ref)
    }
}

struct Key {
    id: KeyId,
    cipher: LessSafeKey,
}

impl Key {
    fn new(master: &MasterKey) -> Self {
        let derived = Zeroizing::new(master.derive::<32>(b"cardkey vault AES-256-GCM"));
        let key = UnboundKey::new(&AES_256_GCM, derived.as_slice()).expect("AES-256 takes 32 bytes");
        Self { id: master.id(), cipher: LessSafeKey::new(key) }
    }
}

fn split(sealed: &[u8]) -> Option<(KeyId, [u8; NONCE_LEN], &[u8])> {
    let rest = sealed.strip_prefix(&[VERSION])?;
    let (id, rest) = rest.split_first_chunk::<KEY_ID_LENGTH>()?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>()?;
    (ciphertext.len() >= TAG_LENGTH).then_some((KeyId(*id), *nonce, ciphertext))
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.current.id)
    }
}

#[cfg(test)]
mod tests;
