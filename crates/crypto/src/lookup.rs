use std::fmt;

use cardkey_domain::Secret;
use ring::hmac;

/// A key for hashes that can be searched for but not guessed: the same input gives the same hash, and only the holder can make it.
///
/// Card keys, fingerprint components and token secrets are low in entropy or must not be linkable outside the database, so a plain
/// digest of them would not do.
#[derive(Clone)]
pub struct LookupKey(hmac::Key);

impl LookupKey {
    /// Takes 32 random bytes as a key.
    #[must_use]
    pub fn new(key: &Secret<[u8; 32]>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose()))
    }

    /// HMAC-SHA-256 over a domain and parts, each with its length before it: no two different inputs are hashed as the same bytes,
    /// and a hash made for one purpose is of no use for another.
    #[must_use]
    pub fn hash(&self, domain: &str, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        let mut update = |part: &[u8]| {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        };
        update(domain.as_bytes());
        parts.iter().for_each(|part| update(part));
        let mut hash = [0; 32];
        hash.copy_from_slice(context.sign().as_ref());
        hash
    }
}

impl fmt::Debug for LookupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> LookupKey {
        LookupKey::new(&Secret::new([byte; 32]))
    }

    #[test]
    fn the_hash_depends_on_key_domain_and_every_boundary() {
        // CARD-09, DEV-01
        let hash = key(1).hash("card key", &[b"ab", b"c"]);
        assert_eq!(hash, key(1).hash("card key", &[b"ab", b"c"]));
        assert_ne!(hash, key(2).hash("card key", &[b"ab", b"c"]));
        assert_ne!(hash, key(1).hash("token", &[b"ab", b"c"]));
        assert_ne!(hash, key(1).hash("card key", &[b"a", b"bc"]));
        assert_ne!(hash, key(1).hash("card key", &[b"abc"]));
        assert_ne!(key(1).hash("x", &[]), key(1).hash("x", &[b""]));
    }

    #[test]
    fn it_is_hmac_sha_256_of_the_length_prefixed_input() {
        // CARD-09
        let message = b"\0\0\0\0\0\0\0\x01d\0\0\0\0\0\0\0\x02ab";
        let expected = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]), message);
        assert_eq!(key(7).hash("d", &[b"ab"]), expected.as_ref());
    }

    #[test]
    fn it_prints_nothing_of_itself() {
        // SEC-09
        assert_eq!(format!("{:?}", key(1)), "LookupKey");
    }
}
