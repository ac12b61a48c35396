//! A small audit log in memory, with everything that keeps it.

use std::sync::Arc;
use std::time::Duration;

use cardkey_crypto::SigningKey;
use cardkey_domain::{Ambient, ManualClock, Secret, SeededEntropy, Timestamp};
use cardkey_events::Call;
use futures::executor::block_on;

use crate::memory::{MemoryAnchors, MemoryChain, MemoryFolder, a_record};
use crate::{
    ArchiveFolder, AuditRetention, AuditSealer, AuditVerification, ChainKey, FindingKind, RetentionLimits, Verified,
};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) const LIMITS: RetentionLimits =
    RetentionLimits { hot: Duration::from_secs(30 * 86_400), archived: Duration::from_secs(365 * 86_400) };

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) chain: Arc<MemoryChain>,
    pub(crate) anchors: MemoryAnchors,
    pub(crate) folder: MemoryFolder,
    pub(crate) ambient: Ambient,
    pub(crate) key: ChainKey,
}

impl World {
    /// Empty, at the time of the first row of [`a_record`].
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(a_record(0).occurred_at)));
        let ambient = Ambient::new(clock.clone(), Arc::new(SeededEntropy::new(3)));
        let key = ChainKey::new(SigningKey::from_seed(&Secret::new([5; 32])));
        let (anchors, folder) = (MemoryAnchors::default(), MemoryFolder::default());
        let world = Self { clock, chain: Arc::default(), anchors, folder, ambient, key };
        block_on(world.sealer().publish_key()).unwrap();
        world
    }

    /// Writes so many rows, a minute apart, and seals each as it comes, with a checkpoint after every fifth.
    pub(crate) fn with_rows(count: u32) -> Self {
        let world = Self::new();
        for number in 0..count {
            world.write(number);
            if number % 5 == 4 {
                block_on(world.sealer().close()).unwrap();
            }
            world.clock.advance(Duration::from_secs(60));
        }
        block_on(world.sealer().turn()).unwrap();
        world
    }

    pub(crate) fn write(&self, number: u32) {
        self.chain.with(|kept| kept.unsealed.push(a_record(number)));
    }

    pub(crate) fn sealer(&self) -> AuditSealer {
        AuditSealer::new(
            Arc::new(self.chain.clone()),
            Arc::new(self.anchors.clone()),
            self.ambient.clone(),
            self.key.clone(),
        )
    }

    pub(crate) fn retention(&self) -> AuditRetention {
        self.retention_in(Arc::new(self.folder.clone()))
    }

    pub(crate) fn retention_in(&self, folder: Arc<dyn ArchiveFolder>) -> AuditRetention {
        AuditRetention::new(Arc::new(self.chain.clone()), folder, self.ambient.clone(), self.key.clone(), LIMITS)
    }

    pub(crate) fn verify(&self) -> Verified {
        let (folder, anchors) = (Arc::new(self.folder.clone()), Arc::new(self.anchors.clone()));
        let store = Arc::new(self.chain.clone());
        block_on(AuditVerification::new(store, folder, anchors, self.ambient.clone(), LIMITS).verify()).unwrap()
    }

    /// What is wrong and at which places.
    pub(crate) fn findings(&self) -> Vec<(FindingKind, Option<u64>)> {
        self.verify().findings.kept().iter().map(|finding| (finding.finding, finding.seq)).collect()
    }
}

pub(crate) fn by_nightly_job() -> Call {
    Call::by_system("audit", "job".to_owned())
}
