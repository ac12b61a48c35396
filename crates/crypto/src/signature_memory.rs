use std::sync::Mutex;

use crate::sha256;

/// Remembers which tokens had a good signature, so that a token shown again costs one SHA-256 instead of a curve operation.
///
/// A table of fixed size, indexed by the token's digest; a newcomer takes the place of whoever stands there. Only good signatures are
/// kept, under the digest of the whole token, so nothing but that very token is ever vouched for.
pub(crate) struct SignatureMemory {
    shards: Vec<Mutex<Vec<[u8; 32]>>>,
    mask: u64,
}

const SHARDS: usize = 16;

impl SignatureMemory {
    /// Room for about `tokens` tokens, 32 bytes each.
    pub(crate) fn for_tokens(tokens: usize) -> Self {
        let slots = tokens.next_power_of_two().max(SHARDS) / SHARDS;
        let shards = (0..SHARDS).map(|_| Mutex::new(vec![[0; 32]; slots])).collect();
        Self { shards, mask: slots as u64 - 1 }
    }

    /// Whether the token is genuine: known to be, or found to be by `check`.
    pub(crate) fn vouches(&self, token: &str, check: impl FnOnce() -> bool) -> bool {
        let digest = sha256(token.as_bytes());
        if self.with_slot(&digest, |slot| *slot == digest) {
            return true;
        }
        let genuine = check();
        if genuine {
            self.with_slot(&digest, |slot| *slot = digest);
        }
        genuine
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_signature_is_checked_once_and_a_bad_one_each_time() {
        // TOK-01
        let memory = SignatureMemory::for_tokens(100);
        assert!(!memory.vouches("token", || false));
        assert!(memory.vouches("token", || true));
        assert!(memory.vouches("token", || panic!("must be remembered")));
        assert!(!memory.vouches("tokem", || false));
    }

    #[test]
    fn newcomers_displace_and_nobody_is_confused() {
        // TOK-01
        let memory = SignatureMemory::for_tokens(1);
        let tokens: Vec<String> = (0..500).map(|n| format!("token {n}")).collect();
        assert!(tokens.iter().all(|token| memory.vouches(token, || true)));
        let remembered = tokens.iter().filter(|token| memory.vouches(token, || false)).count();
        assert!((1..=SHARDS).contains(&remembered), "{remembered}");
    }
}
