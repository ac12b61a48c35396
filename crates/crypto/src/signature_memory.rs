use std::fmt;
use std::sync::Mutex;

use ring::digest::{Context, SHA256};

use crate::PublicKey;

/// Remembers which tokens had a good signature, so that a token shown again costs one SHA-256 instead of a curve operation.
///
/// A table of fixed size, indexed by a digest; a newcomer takes the place of whoever stands there. Only good signatures are kept, under
/// the digest of the key and the whole token: nothing but that very token is ever vouched for, and only to those who trust that very
/// key. So one memory may serve any number of verifiers, and need not be emptied when keys rotate.
pub struct SignatureMemory {
    shards: Vec<Mutex<Vec<[u8; 32]>>>,
    mask: u64,
}

const SHARDS: usize = 16;

impl SignatureMemory {
    /// Room for about `tokens` tokens, 32 bytes each.
    #[must_use]
    pub fn for_tokens(tokens: usize) -> Self {
        let slots = tokens.next_power_of_two().max(SHARDS) / SHARDS;
        let shards = (0..SHARDS).map(|_| Mutex::new(vec![[0; 32]; slots])).collect();
        Self { shards, mask: slots as u64 - 1 }
    }

    /// Whether the key signed the token: known to have, or found to have by `check`.
    pub(crate) fn vouches(&self, key: &PublicKey, token: &str, check: impl FnOnce() -> bool) -> bool {
        let digest = digest_of(key, token);
        if self.with_slot(&digest, |slot| *slot == digest) {
            return true;
        }
        let genuine = check();
        if genuine {
            self.with_slot(&digest, |slot| *slot = digest);
        }
        genuine
    }

    /// Takes note of a token that the key just signed.
    pub(crate) fn note(&self, key: &PublicKey, token: &str) {
        let digest = digest_of(key, token);
        self.with_slot(&digest, |slot| *slot = digest);
    }

    fn with_slot<R>(&self, digest: &[u8; 32], act: impl FnOnce(&mut [u8; 32]) -> R) -> R {
        let shard = usize::from(digest[0]) % SHARDS;
        let mut place = [0; 8];
        place.copy_from_slice(&digest[8..16]);
        let place = (u64::from_le_bytes(place) & self.mask) as usize;
        // A panic while a digest is compared or copied cannot leave half of one: the poisoned table is as good as before.
        let mut slots = self.shards[shard].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        act(&mut slots[place])
    }
}

fn digest_of(key: &PublicKey, token: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(key.as_bytes());
    context.update(token.as_bytes());
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

impl fmt::Debug for SignatureMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignatureMemory")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [1; 32];

    fn vouches(memory: &SignatureMemory, token: &str, check: impl FnOnce() -> bool) -> bool {
        memory.vouches(&PublicKey::from_bytes(KEY), token, check)
    }

    #[test]
    fn a_good_signature_is_checked_once_and_a_bad_one_each_time() {
        // TOK-01
        let memory = SignatureMemory::for_tokens(100);
        assert!(!vouches(&memory, "token", || false));
        assert!(vouches(&memory, "token", || true));
        assert!(vouches(&memory, "token", || panic!("must be remembered")));
        assert!(!vouches(&memory, "tokem", || false));
        assert!(!memory.vouches(&PublicKey::from_bytes([2; 32]), "token", || false));
    }

    #[test]
    fn newcomers_displace_and_nobody_is_confused() {
        // TOK-01
        let memory = SignatureMemory::for_tokens(1);
        let tokens: Vec<String> = (0..500).map(|n| format!("token {n}")).collect();
        assert!(tokens.iter().all(|token| vouches(&memory, token, || true)));
        let remembered = tokens.iter().filter(|token| vouches(&memory, token, || false)).count();
        assert!((1..=SHARDS).contains(&remembered), "{remembered}");
    }
}
