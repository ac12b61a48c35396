use std::collections::{BTreeMap, HashMap};

use cardkey_crypto::PublicKey;
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;

use super::STEP;
use super::finding::{FindingKind, Findings};
use crate::{Anchor, ArchiveStore, Checkpoint};

/// Whose signatures are believed.
pub(super) struct Trust(HashMap<String, PublicKey>);

impl Trust {
    /// A key that was given; otherwise those that stand outside the database, which whoever changes the database does not reach; and
    /// only where there are none, those within.
    pub(super) fn of(
        pinned: Option<PublicKey>,
        anchors: &[Result<Anchor, String>],
        published: &[(String, [u8; 32])],
    ) -> Self {
        let named = |key: PublicKey| (key.thumbprint(), key);
        if let Some(key) = pinned {
            return Self(HashMap::from([named(key)]));
        }
        let outside: HashMap<_, _> = anchors.iter().flatten().map(|anchor| named(anchor.public_key)).collect();
        if outside.is_empty() {
            return Self(published.iter().map(|(_, key)| named(PublicKey::from_bytes(*key))).collect());
        }
        Self(outside)
    }

    pub(super) fn believes(&self, kid: &str, is_signed_by: impl FnOnce(&PublicKey) -> bool) -> bool {
        self.0.get(kid).is_some_and(is_signed_by)
    }
}

/// Where a checkpoint stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Within,
    Outside,
}

/// Every checkpoint that is signed, by place.
#[derive(Default)]
pub(super) struct Marks(BTreeMap<u64, Vec<Mark>>);

#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) kept: Kept,
    pub(super) hash: [u8; 32],
    pub(super) at: Timestamp,
}

impl Marks {
    pub(super) async fn gather(
        anchors: Vec<Result<Anchor, String>>,
        store: &dyn ArchiveStore,
        trust: &Trust,
        findings: &mut Findings,
    ) -> Result<Self, StoreError> {
        let mut marks = Self::default();
        for (number, anchor) in (1..).zip(anchors) {
            match anchor {
                Ok(anchor) => marks.add(&anchor.checkpoint, Kept::Outside, trust, findings),
                Err(_) => {
                    let detail = format!("line {number} of the checkpoints outside the database is none");
                    findings.add(FindingKind::AnchorUnreadable, None, detail);
                }
            }
        }
        let mut after = 0;
        loop {
            let some = store.checkpoints(after, STEP).await?;
            let Some(last) = some.last() else { return Ok(marks) };
            after = last.link.seq;
            some.iter().for_each(|checkpoint| marks.add(checkpoint, Kept::Within, trust, findings));
        }
    }

    fn add(&mut self, checkpoint: &Checkpoint, kept: Kept, trust: &Trust, findings: &mut Findings) {
        let Checkpoint { link, at, kid, .. } = checkpoint;
        if !trust.believes(kid, |key| checkpoint.is_signed_by(key)) {
            let detail = format!("the checkpoint {} is not signed by the server", kept.whence());
            return findings.add(FindingKind::CheckpointForged, Some(link.seq), detail);
        }
        self.0.entry(link.seq).or_default().push(Mark { kept, hash: link.hash, at: *at });
    }

    /// The last place that is signed.
    pub(super) fn last_seq(&self) -> u64 {
        self.0.last_key_value().map_or(0, |(seq, _)| *seq)
    }

    /// The time of the youngest one.
    pub(super) fn newest_at(&self) -> Option<Timestamp> {
        self.0.values().flatten().map(|mark| mark.at).max()
    }

    /// Takes those of a place.
    pub(super) fn take(&mut self, seq: u64) -> Vec<Mark> {
        self.0.remove(&seq).unwrap_or_default()
    }

    /// Takes those up to a place.
    pub(super) fn take_up_to(&mut self, seq: u64) {
        self.0 = self.0.split_off(&(seq + 1));
    }

    /// Those that are left.
    pub(super) fn rest(&self) -> impl Iterator<Item = (u64, &Mark)> {
        self.0.iter().flat_map(|(seq, marks)| marks.iter().map(|mark| (*seq, mark)))
    }
}

impl Kept {
    pub(super) fn whence(self) -> &'static str {
        match self {
            Self::Within => "in the database",
            Self::Outside => "outside the database",
        }
    }
}
