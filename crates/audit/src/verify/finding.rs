use cardkey_domain::Timestamp;
use serde::Serialize;

use crate::AuditRecord;

/// Findings that are kept; the others are counted.
const MOST_KEPT: usize = 100;

/// What can be wrong with the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A row is not what was sealed at its place: it was changed, or another row was put there.
    RowChanged,
    /// A row cannot be read any more.
    RowUnreadable,
    /// Rows are gone.
    RowsMissing,
    /// A row stands after the head of the chain.
    RowBeyondHead,
    /// A row tells of a time before one that the chain had passed already: it was added afterwards, or the clock was set back.
    RowOutOfTime,
    /// The head of the chain is gone.
    HeadGone,
    /// The head of the chain is not what its rows lead to.
    HeadChanged,
    /// A checkpoint is not signed by the server.
    CheckpointForged,
    /// The chain is not what a checkpoint says: rows were changed, and all hashes after them too.
    CheckpointBroken,
    /// A checkpoint tells of rows that are not there: the end of the chain was cut off.
    Truncated,
    /// A line of the checkpoints outside the database is none.
    AnchorUnreadable,
    /// An archive is not what the server noted.
    ArchiveForged,
    /// An archive's file is not as it was written.
    ArchiveChanged,
    /// An archive's file is gone.
    ArchiveMissing,
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub finding: FindingKind,
    /// The place in the chain.
    pub seq: Option<u64>,
    /// The identifier of the row.
    pub id: Option<String>,
    /// The time of the row.
    pub at: Option<String>,
    /// In words.
    pub detail: String,
}

/// What is wrong, in the order in which it was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    kept: Vec<Finding>,
    total: u64,
}

impl Findings {
    /// The first ones.
    #[must_use]
    pub fn kept(&self) -> &[Finding] {
        &self.kept
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    pub(super) fn add(&mut self, finding: FindingKind, seq: Option<u64>, detail: impl Into<String>) {
        self.push(Finding { finding, seq, id: None, at: None, detail: detail.into() });
    }

    pub(super) fn about(
        &mut self,
        finding: FindingKind,
        seq: impl Into<Option<u64>>,
        record: Option<&AuditRecord>,
        detail: impl Into<String>,
    ) {
        let id = record.map(|record| record.id.to_string());
        let at = record.map(|record| Timestamp::from_micros(record.occurred_at).to_string());
        self.push(Finding { finding, seq: seq.into(), id, at, detail: detail.into() });
    }

    fn push(&mut self, finding: Finding) {
        self.total += 1;
        if self.kept.len() < MOST_KEPT {
            self.kept.push(finding);
        }
    }
}
