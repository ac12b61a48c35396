use std::io;
use std::sync::Arc;

use cardkey_crypto::PublicKey;
use cardkey_domain::{Ambient, Timestamp};
use cardkey_events::StoreError;

use crate::{AnchorLog, Archive, ArchiveFolder, ArchiveStore, FoundRecord, Link, RetentionLimits};

mod finding;
mod marks;
mod walk;

pub use finding::{Finding, FindingKind, Findings};
use marks::{Marks, Trust};
use walk::Walk;

/// Rows that are read at once.
const STEP: u32 = 1_000;

/// Unsealed rows are counted up to this.
const MOST_COUNTED: u64 = 1_000_000;

/// Checks the chain of the audit log from its first row to its head, through archives and database, against its checkpoints within the
/// database and outside of it (AUD-06). It changes nothing and needs no secret.
#[derive(Clone)]
pub struct AuditVerification {
    store: Arc<dyn ArchiveStore>,
    folder: Arc<dyn ArchiveFolder>,
    anchors: Arc<dyn AnchorLog>,
    ambient: Ambient,
    limits: RetentionLimits,
    pinned: Option<PublicKey>,
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Rows that were looked at in the database.
    pub rows: u64,
    /// Rows that were looked at in archives.
    pub archived_rows: u64,
    /// Rows that were archived and whose time is over.
    pub expired_rows: u64,
    /// Rows that wait for their place: nothing protects them yet.
    pub unsealed: u64,
    /// Checkpoints of the database that hold.
    pub checkpoints: u64,
    /// Checkpoints outside the database that hold.
    pub anchors: u64,
    /// The head of the chain.
    pub head: Link,
    /// Up to where the chain is signed.
    pub signed_up_to: u64,
    /// What is wrong.
    pub findings: Findings,
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read.
    #[error("the data folder cannot be read")]
    Folder(#[from] io::Error),
}

impl AuditVerification {
    /// Over a store, the folder of its archives and the checkpoints outside.
    pub fn new(
        store: Arc<dyn ArchiveStore>,
        folder: Arc<dyn ArchiveFolder>,
        anchors: Arc<dyn AnchorLog>,
        ambient: Ambient,
        limits: RetentionLimits,
    ) -> Self {
        Self { store, folder, anchors, ambient, limits, pinned: None }
    }

    /// Believes the signatures of this key alone, whatever the database and the data folder say.
    #[must_use]
    pub fn believing(self, key: PublicKey) -> Self {
        Self { pinned: Some(key), ..self }
    }

    /// Checks everything. Servers may go on sealing and archiving meanwhile.
    pub async fn verify(&self) -> Result<Verified, VerifyError> {
        let mut findings = Findings::default();
        // In this order: what is outside was in the database before, and what is a checkpoint was sealed before.
        let anchors = self.anchors.all().await?;
        let trust = Trust::of(self.pinned, &anchors, &self.store.keys().await?);
        let marks = Marks::gather(anchors, self.store.as_ref(), &trust, &mut findings).await?;
        let signed_up_to = marks.last_seq();
        let newest_mark = marks.newest_at();
        let head = self.store.head().await?;
        let mut walk = Walk::new(marks, findings);
        match head {
            Some(head) => self.walk(head, &trust, &mut walk).await?,
            None => walk.findings.add(FindingKind::HeadGone, None, "the head of the chain is gone"),
        }
        let head = head.unwrap_or(Link::START);
        self.look_beyond(&mut walk).await?;
        walk.end(&head);
        let unsealed = self.look_at_unsealed(newest_mark, &mut walk).await?;
        Ok(walk.into_verified(head, signed_up_to, unsealed))
    }

    async fn walk(&self, head: Link, trust: &Trust, walk: &mut Walk) -> Result<(), VerifyError> {
        let mut archives = self.store.archives().await?;
        while walk.at.seq < head.seq {
            let next = walk.at.seq + 1;
            let page = self.store.sealed(next, head.seq, STEP).await?;
            if page.first().is_some_and(|found| found.seq == next) {
                walk.rows(page);
                continue;
            }
            // Rows may have been archived since the archives were read.
            if !archives.iter().any(|archive| archive.holds(next)) {
                archives = self.store.archives().await?;
            }
            match archives.iter().find(|archive| archive.holds(next)) {
                Some(archive) => self.walk_archive(archive, trust, walk).await?,
                None => {
                    let until = page.first().map_or(head.seq, |found| found.seq - 1);
                    walk.missing(until, "deleted");
                }
            }
        }
        Ok(())
    }

    async fn walk_archive(&self, archive: &Archive, trust: &Trust, walk: &mut Walk) -> Result<(), VerifyError> {
        let place = Some(archive.first_seq());
        let file = &archive.file;
        if !trust.believes(&archive.kid, |key| archive.is_signed_by(key)) {
            walk.findings.add(
                FindingKind::ArchiveForged,
                place,
                format!("what is noted of {file} is not signed by the server"),
            );
        }
        if archive.before.seq == walk.at.seq && walk.is_certain() && archive.before != walk.at {
            walk.findings.add(FindingKind::ArchiveForged, place, format!("{file} does not follow the rows before it"));
        }
        if archive.deleted_at.is_some() {
            let end = archive.newest_at.plus(self.limits.hot).plus(self.limits.archived);
            if self.ambient.now() < end {
                walk.findings.add(
                    FindingKind::ArchiveMissing,
                    place,
                    format!("{file} was deleted before its time, {end}"),
                );
            }
            walk.expired(archive);
            return Ok(());
        }
        match self.folder.digest(file).await {
            Ok(digest) if digest == archive.sha256 => {}
            Ok(_) => walk.findings.add(FindingKind::ArchiveChanged, place, format!("{file} is not as it was written")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                walk.findings.add(FindingKind::ArchiveMissing, place, format!("{file} is gone"));
                walk.pass_over(archive);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        let mut lines = self.folder.open(file).await?;
        loop {
            let some = match lines.read().await {
                Ok(some) => some,
                Err(error) => {
                    walk.findings.add(FindingKind::ArchiveChanged, place, format!("{file} cannot be read: {error}"));
                    break;
                }
            };
            if some.is_empty() {
                break;
            }
            walk.lines(&some, archive);
        }
        walk.pass_over(archive);
        Ok(())
    }

    /// Rows with a place that nobody gave them. The head is read after the rows, since servers go on.
    async fn look_beyond(&self, walk: &mut Walk) -> Result<(), VerifyError> {
        let beyond = self.store.sealed(walk.at.seq + 1, u64::MAX, STEP).await?;
        let head = self.store.head().await?.map_or(0, |head| head.seq);
        for FoundRecord { seq, row } in beyond.into_iter().filter(|found| found.seq > head) {
            let record = row.ok().map(|sealed| sealed.record);
            walk.findings.about(
                FindingKind::RowBeyondHead,
                seq,
                record.as_ref(),
                "a place that the server did not give",
            );
        }
        Ok(())
    }

    async fn look_at_unsealed(&self, newest_mark: Option<Timestamp>, walk: &mut Walk) -> Result<u64, VerifyError> {
        for record in self.store.unsealed(STEP).await? {
            walk.out_of_time(None, &record, newest_mark);
        }
        Ok(self.store.count_unsealed(MOST_COUNTED).await?)
    }
}

#[cfg(test)]
mod tests;
