use std::sync::Arc;

use cardkey_crypto::{LookupKey, SignatureMemory, Vault};
use cardkey_domain::{Ambient, CardKeyCode};
use cardkey_events::StoreError;

use crate::cache::{Cache, NoCache};
use crate::proof::{ProofMemory, RecentProofs};
use crate::sightings::{NoSightings, Sightings};
use crate::{Reader, Store};

/// How often a use case looks again after somebody else was first.
pub(crate) const ATTEMPTS: usize = 8;

/// About how many good signatures are remembered, 32 bytes each; a client shows the last verdict it was
/// given. Keyrings come and go with the cache, this memory stays.
const REMEMBERED_SIGNATURES: usize = 65_536;

/// The licensing service. Each use case is a method, in a file of its own.
pub struct Licensing {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) ambient: Ambient,
    pub(crate) vault: Vault,
    pub(crate) lookup: LookupKey,
    pub(crate) issuer: String,
    pub(crate) cache: Arc<dyn Cache>,
    pub(crate) sightings: Arc<dyn Sightings>,
    pub(crate) proofs: Arc<dyn ProofMemory>,
    pub(crate) signatures: Arc<SignatureMemory>,
}

impl Licensing {
    /// A service over a store. `vault` encrypts card keys and signing seeds, `lookup` makes the keyed hashes of card keys and device
    /// components, `issuer` is the `iss` of verdicts. It starts without caches, and forgets sightings.
    pub fn new(
        store: Arc<dyn Store>,
        ambient: Ambient,
        vault: Vault,
        lookup: LookupKey,
        issuer: impl Into<String>,
    ) -> Self {
        Self {
            store,
            ambient,
            vault,
            lookup,
            issuer: issuer.into(),
            cache: Arc::new(NoCache),
            sightings: Arc::new(NoSightings),
            proofs: Arc::new(RecentProofs::default()),
            signatures: Arc::new(SignatureMemory::for_tokens(REMEMBERED_SIGNATURES)),
        }
    }

    /// Remembers for a moment what verdicts rest on.
    #[must_use]
    pub fn with_cache(self, cache: Arc<dyn Cache>) -> Self {
        Self { cache, ..self }
    }

    /// Says when a device was seen.
    #[must_use]
    pub fn with_sightings(self, sightings: Arc<dyn Sightings>) -> Self {
        Self { sightings, ..self }
    }

    /// Remembers proofs of possession elsewhere than in this process.
    #[must_use]
    pub fn with_proof_memory(self, proofs: Arc<dyn ProofMemory>) -> Self {
        Self { proofs, ..self }
    }

    /// The keyed hash that a card key is looked up by.
    #[must_use]
    pub fn code_hash(&self, code: &CardKeyCode) -> [u8; 32] {
        self.lookup.hash("card_keys.code", &[code.expose().as_bytes()])
    }

    pub(crate) fn read(&self) -> &dyn Reader {
        self.store.read()
    }
}

/// After so many lost races in a row the store is too busy for an answer.
pub(crate) fn too_busy() -> StoreError {
    StoreError::Unavailable("others were first each time".into())
}

/// Whether looking again may give another outcome: somebody else was first, or the database broke the transaction off.
pub(crate) fn worth_another_look(error: &StoreError) -> bool {
    use cardkey_events::Constraint as C;
    match error {
        StoreError::Conflict(held) => !matches!(held, C::Receipt | C::Trial),
        StoreError::Unavailable(_) => true,
        StoreError::Backend(_) => false,
    }
}
