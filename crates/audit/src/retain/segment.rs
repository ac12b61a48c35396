//! What goes into one file.

use cardkey_crypto::hex;
use cardkey_domain::Timestamp;

use crate::SealedRecord;

pub(super) const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Rows in one file.
const MOST_IN_FILE: u64 = 1_000_000;

/// What a file holds so far.
pub(super) struct Gathered {
    pub(super) file: String,
    /// The day of its first row, counted from the Unix epoch.
    day: i64,
    pub(super) newest_at: Timestamp,
    rows: u64,
}

impl Gathered {
    /// `audit-2026-10-27-000000000001-9f86d081.jsonl.zst`: the day and place of the first row, and a mark of the run, so that two runs
    /// do not write one file.
    pub(super) fn beginning_with(first: &SealedRecord, run: [u8; 4]) -> Self {
        let day = first.record.occurred_at.div_euclid(DAY_MICROS);
        let date = Timestamp::from_micros(day.saturating_mul(DAY_MICROS)).day();
        let file = format!("{PREFIX}{date}-{:012}-{}{SUFFIX}", first.link.seq, hex(&run));
        Self { file, day, newest_at: Timestamp::EPOCH, rows: 0 }
    }

    /// A row of an earlier day was sealed late and comes along.
    pub(super) fn takes(&self, row: &SealedRecord) -> bool {
        self.rows < MOST_IN_FILE && row.record.occurred_at.div_euclid(DAY_MICROS) <= self.day
    }

    pub(super) fn add(&mut self, row: &SealedRecord) {
        self.rows += 1;
        self.newest_at = self.newest_at.max(Timestamp::from_micros(row.record.occurred_at));
    }
}

/// Whether a row may leave. One from days to come, of a clock that was wrong, must not keep all others.
pub(super) fn is_old(row: &SealedRecord, before: Timestamp, now: Timestamp) -> bool {
    let at = row.record.occurred_at;
    at < before.micros() || at > now.micros().saturating_add(DAY_MICROS)
}

const PREFIX: &str = "audit-";
const SUFFIX: &str = ".jsonl.zst";

/// The place of the first row of a file of ours.
pub(super) fn first_seq_in(name: &str) -> Option<u64> {
    // One that was never finished has a further end.
    let (name, _) = name.strip_prefix(PREFIX)?.split_once(SUFFIX)?;
    name.split('-').nth(3)?.parse().ok()
}
