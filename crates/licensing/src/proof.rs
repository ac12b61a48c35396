use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cardkey_crypto::{Proof, PublicKey, base64url, sha256};
use cardkey_domain::Timestamp;

use crate::VerdictCode;

/// How far a proof's `iat` may be from the server's clock, either way.
const WINDOW: Duration = Duration::from_secs(60);

/// A DPoP proof as it came with a request (RFC 9449), and the request it must be made for.
#[derive(Debug, Clone)]
pub struct PresentedProof {
    /// The proof.
    pub jws: String,
    /// The request's method.
    pub method: String,
    /// The addresses by which the request may have been sent, without query: as the server sees it, and as the outside knows it.
    pub urls: Vec<String>,
}

/// Remembers which proofs were used, so that none is used twice.
pub trait ProofMemory: Send + Sync {
    /// Notes a proof by its hash until it is too old to be used anyway; false when it was noted before.
    fn first_use(&self, proof: [u8; 32], until: Timestamp, now: Timestamp) -> bool;
}

/// Remembers the proofs of this process, which is enough where one process does all.
#[derive(Debug, Default)]
pub struct RecentProofs(Mutex<Recent>);

#[derive(Debug, Default)]
struct Recent {
    seen: HashSet<[u8; 32]>,
    by_end: BTreeSet<(Timestamp, [u8; 32])>,
}

impl ProofMemory for RecentProofs {
    fn first_use(&self, proof: [u8; 32], until: Timestamp, now: Timestamp) -> bool {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((end, old)) = recent.by_end.first().copied().filter(|(end, _)| *end < now) {
            recent.by_end.remove(&(end, old));
            recent.seen.remove(&old);
        }
        let first = recent.seen.insert(proof);
        if first {
            recent.by_end.insert((until, proof));
        }
        first
    }
}

/// Checks the proof of possession that a device with a key owes (DEV-08).
pub(crate) fn check_possession(
    key: &PublicKey,
    presented: Option<&PresentedProof>,
    verdict: Option<&str>,
    memory: &dyn ProofMemory,
    now: Timestamp,
) -> Result<(), VerdictCode> {
    let presented = presented.ok_or(VerdictCode::ProofRequired)?;
    let proof = Proof::parse(&presented.jws).map_err(|_| VerdictCode::ProofInvalid)?;
    let made = Timestamp::from_seconds(proof.claims.iat);
    let fresh = made <= now.plus(WINDOW) && now <= made.plus(WINDOW);
    let for_request = presented.urls.iter().any(|url| proof.is_for(&presented.method, url));
    let for_verdict = match (&proof.claims.ath, verdict) {
        (Some(ath), Some(verdict)) => *ath == base64url(&sha256(verdict.as_bytes())),
        _ => true,
    };
    if proof.key != *key || !fresh || !for_request || !for_verdict {
        return Err(VerdictCode::ProofInvalid);
    }
    let used = sha256([key.as_bytes().as_slice(), proof.claims.jti.as_bytes()].concat().as_slice());
    if memory.first_use(used, made.plus(WINDOW), now) { Ok(()) } else { Err(VerdictCode::ProofInvalid) }
}

#[cfg(test)]
mod tests;
