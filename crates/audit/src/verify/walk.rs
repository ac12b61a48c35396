use std::time::Duration;

use cardkey_domain::Timestamp;

use super::Verified;
use super::finding::{FindingKind, Findings};
use super::marks::{Kept, Marks};
use crate::{Archive, AuditRecord, FoundRecord, Link, SealedRecord};

/// How long before its commit a row may have been dated, and how far the clocks of nodes may be apart.
const SLACK: Duration = Duration::from_secs(5 * 60);

/// A walk along the chain.
pub(super) struct Walk {
    /// The last place that was passed. Its hash is what stands there, so that each later row is judged by itself.
    pub(super) at: Link,
    pub(super) findings: Findings,
    /// Whether `at` is known: what follows a gap cannot be judged.
    certain: bool,
    marks: Marks,
    /// The time of the checkpoint that was passed last.
    passed_at: Option<Timestamp>,
    rows: u64,
    archived_rows: u64,
    expired_rows: u64,
    checkpoints: u64,
    anchors: u64,
}

impl Walk {
    pub(super) fn new(marks: Marks, findings: Findings) -> Self {
        Self {
            at: Link::START,
            findings,
            certain: true,
            marks,
            passed_at: None,
            rows: 0,
            archived_rows: 0,
            expired_rows: 0,
            checkpoints: 0,
            anchors: 0,
        }
    }

    pub(super) fn is_certain(&self) -> bool {
        self.certain
    }

    /// Passes rows of the database, up to the first that does not stand where it should.
    pub(super) fn rows(&mut self, page: Vec<FoundRecord>) {
        for FoundRecord { seq, row } in page {
            if seq != self.at.seq + 1 {
                return;
            }
            self.rows += 1;
            match row {
                Ok(sealed) => self.pass(&sealed, ""),
                Err(why) => {
                    self.findings.add(FindingKind::RowUnreadable, Some(seq), why);
                    self.skip_to(seq);
                }
            }
        }
    }

    /// Passes lines of an archive.
    pub(super) fn lines(&mut self, lines: &[String], archive: &Archive) {
        for line in lines {
            let expected = self.at.seq + 1;
            match SealedRecord::parse_line(line) {
                // The database held those too.
                Some(sealed) if sealed.link.seq < expected && archive.holds(sealed.link.seq) => {}
                Some(sealed) if archive.holds(sealed.link.seq) => {
                    self.missing(sealed.link.seq - 1, &archive.file);
                    self.archived_rows += 1;
                    self.pass(&sealed, &archive.file);
                }
                _ => {
                    let detail = format!("a line of {} is no row of it", archive.file);
                    self.findings.add(FindingKind::ArchiveChanged, Some(expected), detail);
                }
            }
        }
    }

    /// Notes that there is nothing up to a place, if there is something missing.
    pub(super) fn missing(&mut self, until: u64, whence: &str) {
        let first = self.at.seq + 1;
        if until >= first {
            let count = until + 1 - first;
            let detail = format!("{count} rows are gone, from place {first} to {until} ({whence})");
            self.findings.add(FindingKind::RowsMissing, Some(first), detail);
            self.skip_to(until);
        }
    }

    /// Goes to the end of an archive whose rows were seen, or could not be.
    pub(super) fn pass_over(&mut self, archive: &Archive) {
        if self.at.seq < archive.last.seq {
            if self.certain && self.at.seq >= archive.first_seq() {
                self.missing(archive.last.seq, &archive.file);
            }
            self.jump(archive.last);
        } else if self.at != archive.last && self.certain {
            let detail = format!("{} does not end as the server noted", archive.file);
            self.findings.add(FindingKind::ArchiveChanged, Some(archive.last.seq), detail);
        }
    }

    /// Goes to the end of an archive whose time is over.
    pub(super) fn expired(&mut self, archive: &Archive) {
        self.expired_rows += archive.last.seq - self.at.seq;
        self.jump(archive.last);
    }

    /// Notes a row that tells of a time which the chain had passed.
    pub(super) fn out_of_time(&mut self, seq: Option<u64>, record: &AuditRecord, passed: Option<Timestamp>) {
        let Some(passed) = passed else { return };
        if record.occurred_at < passed.minus(SLACK).micros() {
            let detail = format!(
                "everything up to {passed} was sealed before this row was: it was added, or the clock was set back"
            );
            self.findings.about(FindingKind::RowOutOfTime, seq, Some(record), detail);
        }
    }

    /// Compares the end with the head, and with the checkpoints that are left.
    pub(super) fn end(&mut self, head: &Link) {
        if self.certain && self.at.seq == head.seq && self.at.hash != head.hash {
            self.findings.add(
                FindingKind::HeadChanged,
                Some(head.seq),
                "the head of the chain is not what its rows lead to",
            );
        }
        let beyond: Vec<_> = self.marks.rest().map(|(seq, mark)| (seq, *mark)).collect();
        for (seq, mark) in beyond {
            let detail = format!(
                "the checkpoint {} of {} tells of {seq} rows, but the chain ends at place {}",
                mark.kept.whence(),
                mark.at,
                head.seq
            );
            self.findings.add(FindingKind::Truncated, Some(seq), detail);
        }
    }

    pub(super) fn into_verified(self, head: Link, signed_up_to: u64, unsealed: u64) -> Verified {
        let Self { findings, rows, archived_rows, expired_rows, checkpoints, anchors, .. } = self;
        Verified { rows, archived_rows, expired_rows, unsealed, checkpoints, anchors, head, signed_up_to, findings }
    }

    fn pass(&mut self, sealed: &SealedRecord, file: &str) {
        let seq = sealed.link.seq;
        if self.certain && !sealed.follows(&self.at) {
            let whence = if file.is_empty() { String::new() } else { format!(" ({file})") };
            let detail =
                format!("the row is not what was sealed here: it was changed, or put in another's place{whence}");
            self.findings.about(FindingKind::RowChanged, seq, Some(&sealed.record), detail);
        }
        self.out_of_time(Some(seq), &sealed.record, self.passed_at);
        (self.at, self.certain) = (sealed.link, true);
        self.meet_marks();
    }

    /// Compares what stands here with the checkpoints of this place.
    fn meet_marks(&mut self) {
        for mark in self.marks.take(self.at.seq) {
            if mark.hash != self.at.hash {
                let detail = format!(
                    "the chain is not what the checkpoint {} of {} says: rows up to here were changed, and the hashes after them",
                    mark.kept.whence(),
                    mark.at
                );
                self.findings.add(FindingKind::CheckpointBroken, Some(self.at.seq), detail);
            } else {
                match mark.kept {
                    Kept::Within => self.checkpoints += 1,
                    Kept::Outside => self.anchors += 1,
                }
            }
            self.passed_at = self.passed_at.max(Some(mark.at));
        }
    }

    /// Goes on after something that could not be seen.
    fn skip_to(&mut self, seq: u64) {
        self.at = Link { seq, ..self.at };
        self.certain = false;
        self.marks.take_up_to(seq);
    }

    /// Goes on after something whose end is known.
    fn jump(&mut self, to: Link) {
        self.marks.take_up_to(to.seq - 1);
        (self.at, self.certain) = (to, true);
        self.meet_marks();
    }
}
