use cardkey_crypto::{PublicKey, hex};
use cardkey_domain::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::checkpoint::{Signed, from_hex};
use crate::{AuditRecord, ChainKey, Link, SealedRecord};

/// Rows that left the database for a file: which, and how the file is recognised. Signed, so that nobody can say that rows were archived
/// and forgotten when they were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// The place before its first row.
    pub before: Link,
    /// The place of its last row.
    pub last: Link,
    /// The time of the youngest row.
    pub newest_at: Timestamp,
    /// The file's name.
    pub file: String,
    /// The SHA-256 of the file.
    pub sha256: [u8; 32],
    /// When it was made.
    pub archived_at: Timestamp,
    /// Which key signed.
    pub kid: String,
    /// The Ed25519 signature of all of this.
    pub signature: Vec<u8>,
    /// When its time was over and the file was deleted.
    pub deleted_at: Option<Timestamp>,
}

/// What an archive is before it is signed.
pub(crate) struct Segment {
    pub(crate) before: Link,
    pub(crate) last: Link,
    pub(crate) newest_at: Timestamp,
    pub(crate) file: String,
    pub(crate) sha256: [u8; 32],
}

impl Segment {
    pub(crate) fn sign(self, archived_at: Timestamp, key: &ChainKey) -> Archive {
        let Self { before, last, newest_at, file, sha256 } = self;
        let (kid, signature) = (key.kid().to_owned(), Vec::new());
        let mut archive =
            Archive { before, last, newest_at, file, sha256, archived_at, kid, signature, deleted_at: None };
        let Signed { kid, signature } = key.sign(&archive.message());
        (archive.kid, archive.signature) = (kid, signature);
        archive
    }
}

impl Archive {
    /// The place of its first row.
    #[must_use]
    pub fn first_seq(&self) -> u64 {
        self.before.seq + 1
    }

    /// How many rows it holds.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.last.seq - self.before.seq
    }

    /// Whether it holds the row of a place.
    #[must_use]
    pub fn holds(&self, seq: u64) -> bool {
        (self.first_seq()..=self.last.seq).contains(&seq)
    }

    /// Whether the key signed exactly this.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(self.message().as_bytes(), &self.signature)
    }

    fn message(&self) -> String {
        let Self { before, last, newest_at, file, sha256, archived_at, .. } = self;
        format!(
            "cardkey-audit-archive-1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{file}",
            before.seq,
            hex(&before.hash),
            last.seq,
            hex(&last.hash),
            newest_at.micros(),
            archived_at.micros(),
            hex(sha256),
        )
    }
}

/// A row as a line of an archive.
#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    hash: String,
    id: Uuid,
    /// For people; `occurred_at` is what counts.
    at: String,
    occurred_at: i64,
    user_id: Option<Uuid>,
    actor: String,
    noun: String,
    action: String,
    target_kind: Option<String>,
    target_id: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    request_id: String,
    status: String,
    level: String,
    code: Option<String>,
    /// The text of the row's JSON, to the letter.
    details: String,
    search: String,
}

impl SealedRecord {
    /// The row as a line of JSON, without its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let Self { link, record } = self.clone();
        let line = Line {
            seq: link.seq,
            hash: hex(&link.hash),
            id: record.id,
            at: Timestamp::from_micros(record.occurred_at).to_string(),
            occurred_at: record.occurred_at,
            user_id: record.user_id,
            actor: record.actor,
            noun: record.noun,
            action: record.action,
            target_kind: record.target_kind,
            target_id: record.target_id,
            ip: record.ip,
            user_agent: record.user_agent,
            request_id: record.request_id,
            status: record.status,
            level: record.level,
            code: record.code,
            details: record.details,
            search: record.search,
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads a line; `None` where it is none of ours.
    #[must_use]
    pub fn parse_line(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        let record = AuditRecord {
            id: line.id,
            occurred_at: line.occurred_at,
            user_id: line.user_id,
            actor: line.actor,
            noun: line.noun,
            action: line.action,
            target_kind: line.target_kind,
            target_id: line.target_id,
            ip: line.ip,
            user_agent: line.user_agent,
            request_id: line.request_id,
            status: line.status,
            level: line.level,
            code: line.code,
            details: line.details,
            search: line.search,
        };
        Some(Self { link: Link { seq: line.seq, hash: from_hex(&line.hash)? }, record })
    }
}

#[cfg(test)]
mod tests {
    use crate::memory::a_record;

    use super::*;

    // AUD-05
    #[test]
    fn a_line_is_one_line_and_is_read_as_it_was_written() {
        let mut record = a_record(3);
        record.details = "{\"name\":\"画\\n \u{2028}\"}\n".into();
        record.user_id = Some(Uuid::from_u128(4));
        record.occurred_at = -5;
        let sealed = SealedRecord { link: Link::START.followed_by(&record), record };
        let line = sealed.to_line();
        assert_eq!(line.lines().count(), 1);
        assert_eq!(SealedRecord::parse_line(&line), Some(sealed));
        assert_eq!(SealedRecord::parse_line(&line[1..]), None);
    }
}
