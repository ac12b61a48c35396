use std::fmt;

use cardkey_domain::{Entropy, Secret};
use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER_PERMISSIVE};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use zeroize::Zeroizing;

/// The key under which every other secret of an installation is kept: 32 bytes, held outside the database.
#[derive(Clone)]
pub struct MasterKey(Secret<[u8; 32]>);

/// Which master key sealed something: eight bytes derived from the key, of no use without it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId(pub(crate) [u8; 8]);

/// Why a text is not a master key. Nothing of the text is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMasterKey {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// Neither hexadecimal nor base64.
    #[error("is neither base64 nor 64 hexadecimal digits")]
    NotEncoded,
    /// It decodes to another number of bytes.
    #[error("must hold 32 bytes, not {0}")]
    WrongLength(usize),
    /// One byte repeated: a placeholder, not a random key.
    #[error("is one byte repeated, not a random key")]
    NotRandom,
}

impl MasterKey {
    /// Reads 32 bytes written as base64 (standard or URL-safe, with or without padding) or as 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidMasterKey> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidMasterKey::Empty);
        }
        let bytes = Zeroizing::new(decode(text).ok_or(InvalidMasterKey::NotEncoded)?);
        let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| InvalidMasterKey::WrongLength(bytes.len()))?;
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(InvalidMasterKey::NotRandom);
        }
        Ok(Self(Secret::new(key)))
    }

    /// A new random key.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = [0; 32];
        entropy.fill(&mut key);
        Self(Secret::new(key))
    }

    /// The key as base64, for the file that keeps it.
    #[must_use]
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(BASE64.encode(self.0.expose()))
    }

    /// The name under which sealed bytes refer to this key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId(self.derive(b"cardkey master key id"))
    }

    /// A key for one purpose (HKDF-SHA-256, RFC 5869).
    pub(crate) fn derive<const N: usize>(&self, purpose: &[u8]) -> [u8; N] {
        let extracted: Prk = Salt::new(HKDF_SHA256, b"cardkey").extract(self.0.expose());
        let mut derived = [0; N];
        extracted
            .expand(&[purpose], Length(N))
            .and_then(|material| material.fill(&mut derived))
            .expect("HKDF-SHA-256 gives up to 8,160 bytes");
        derived
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// 64 hexadecimal digits would also be base64 of 48 bytes; nobody writes such a key, so hexadecimal goes first.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok();
    }
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let standard = Zeroizing::new(unpadded.replace('-', "+").replace('_', "/"));
    BASE64_NOPAD.decode(standard.as_bytes()).ok()
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests;
