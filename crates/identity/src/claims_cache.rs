use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex};

use crate::revocations::lock;
use crate::tokens::{Claims, SharedClaims};

const SHARDS: usize = 16;
/// Tokens in one half of one shard: 16,384 in all, about 1 KiB each.
const HALF: usize = 512;

/// Remembers the claims of genuine access tokens by their whole text, since a client shows the same one again and again. Only what never
/// changes is kept here – that the signature fits and what the token says –, so nothing has to be invalidated.
pub(crate) struct ClaimsCache {
    shards: [Mutex<Halves>; SHARDS],
}

/// When the young half is full it becomes the old one, and the old one is dropped; what is still shown moves back among the young.
#[derive(Default)]
struct Halves {
    young: HashMap<Box<str>, SharedClaims>,
    old: HashMap<Box<str>, SharedClaims>,
}

impl ClaimsCache {
    pub(crate) fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()) }
    }

    pub(crate) fn get(&self, token: &str) -> Option<SharedClaims> {
        let mut halves = lock(self.shard(token));
        if let Some(claims) = halves.young.get(token) {
            return Some(Arc::clone(claims));
        }
        let (text, claims) = halves.old.remove_entry(token)?;
        halves.insert(text, Arc::clone(&claims));
        Some(claims)
    }

    pub(crate) fn insert(&self, token: &str, claims: Claims) -> SharedClaims {
        let claims = Arc::new(claims);
        lock(self.shard(token)).insert(token.into(), Arc::clone(&claims));
        claims
    }

    /// The last characters of a token belong to its signature, which is as good as random.
    fn shard(&self, token: &str) -> &Mutex<Halves> {
        let tail =
            token.bytes().rev().take(4).fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        &self.shards[tail % SHARDS]
    }
}

impl Halves {
    fn insert(&mut self, token: Box<str>, claims: SharedClaims) {
        if self.young.len() >= HALF {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(token, claims);
    }
}

#[cfg(test)]
mod tests {
    use cardkey_domain::{Id, SessionId, UserId};

    use super::*;
    use crate::tokens::TokenType;

    fn claims(jti: &str) -> Claims {
        let (sub, sid) = (UserId::from_uuid(Default::default()), SessionId::from_uuid(Default::default()));
        let (iss, aud, jti) = ("cardkey".into(), "cardkey".into(), jti.into());
        Claims { iss, aud, sub, sid, jti, typ: TokenType::Access, device: None, iat: 1, nbf: 1, exp: 2 }
    }

    #[test]
    fn a_token_that_is_still_shown_is_remembered_and_memory_is_bounded() {
        // TOK-01
        let cache = ClaimsCache::new();
        cache.insert("kept", claims("kept"));
        for n in 0..100_000 {
            cache.insert(&format!("token {n}"), claims("other"));
            assert_eq!(cache.get("kept").unwrap().jti, "kept");
        }
        let held: usize = cache.shards.iter().map(|shard| lock(shard)).map(|h| h.young.len() + h.old.len()).sum();
        assert!(held <= 2 * HALF * SHARDS, "{held}");
        assert!(cache.get("token 0").is_none());
    }
}
