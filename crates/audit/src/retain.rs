use std::io;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Ambient, Text, Timestamp};
use cardkey_events::{Call, Constraint, Deed, StoreError, record};
use serde::Serialize;

mod segment;

use self::segment::{DAY_MICROS, Gathered, first_seq_in, is_old};
use crate::archive::Segment;
use crate::{Archive, ArchiveFolder, ArchiveStore, ArchiveWriter, ChainKey, Link};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Rows that are read, written or deleted at once.
const STEP: u32 = 1_000;

/// How long rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetentionLimits {
    /// In the database.
    pub hot: Duration,
    /// In the archive after that.
    pub archived: Duration,
}

/// Moves old rows of the audit log to files, and deletes files whose time is over (AUD-05). Each step may be the last one that a process
/// does: the next run finds what is left. Rows are deleted only after the file that holds them is durable and known by its digest.
#[derive(Clone)]
pub struct AuditRetention {
    store: Arc<dyn ArchiveStore>,
    folder: Arc<dyn ArchiveFolder>,
    ambient: Ambient,
    key: ChainKey,
    limits: RetentionLimits,
}

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Retained {
    /// Files that were made.
    pub files: u64,
    /// Rows that left the database.
    pub rows: u64,
    /// Files whose time was over.
    pub expired_files: u64,
}

/// Why rows stayed where they were.
#[derive(Debug, thiserror::Error)]
pub enum RetainError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder failed.
    #[error("the archive folder cannot be used")]
    Folder(#[from] io::Error),
    /// An archive is not as it was written, so the rows that it should hold are not deleted.
    #[error("the archive {0} is not as it was written; its rows stay in the database")]
    Changed(String),
    /// A row cannot be read, so it and those after it stay.
    #[error("the row at place {0} cannot be read: {1}")]
    Unreadable(u64, String),
    /// Another run archives the same rows.
    #[error("another run archives at this moment")]
    Overtaken,
}

impl AuditRetention {
    /// Over a store and a folder.
    pub fn new(
        store: Arc<dyn ArchiveStore>,
        folder: Arc<dyn ArchiveFolder>,
        ambient: Ambient,
        key: ChainKey,
        limits: RetentionLimits,
    ) -> Self {
        Self { store, folder, ambient, key, limits }
    }

    /// Archives what is older than the limit, by whole days.
    pub async fn run(&self, call: &Call) -> Result<Retained, RetainError> {
        let old = self.ambient.now().minus(self.limits.hot);
        self.archive_before(call, Timestamp::from_micros(old.micros() / DAY_MICROS * DAY_MICROS)).await
    }

    /// Archives what is older than a moment.
    pub async fn archive_before(&self, call: &Call, before: Timestamp) -> Result<Retained, RetainError> {
        let mut done = Retained::default();
        let archives = self.store.archives().await?;
        self.sweep(&archives).await?;
        let mut end = archives.last().map_or(Link::START, |archive| archive.last);
        if let Some(last) = archives.last() {
            done.rows += self.prune(last).await?;
        }
        while let Some(archive) = self.archive_next(call, end, before).await? {
            done.files += 1;
            done.rows += self.prune(&archive).await?;
            end = archive.last;
        }
        done.expired_files = self.expire(call, &archives).await?;
        if end.seq > 0 {
            let longest = self.limits.hot + self.limits.archived + 2 * DAY;
            self.store.prune_marks(end.seq, self.ambient.now().minus(longest)).await?;
        }
        Ok(done)
    }

    /// Removes files that are of no use: those whose time is over, and those of runs that ended before they were noted, or were
    /// overtaken. One that begins after all that is noted may be another run's at this moment.
    async fn sweep(&self, archives: &[Archive]) -> Result<(), RetainError> {
        for name in self.folder.names().await? {
            let Some(first) = first_seq_in(&name) else { continue };
            let holder = archives.iter().find(|archive| archive.holds(first));
            if holder.is_some_and(|archive| archive.file != name || archive.deleted_at.is_some()) {
                self.folder.remove(&name).await?;
            }
        }
        Ok(())
    }

    /// Deletes from the database the rows that an archive holds, after a look whether it does.
    async fn prune(&self, archive: &Archive) -> Result<u64, RetainError> {
        let mut pruned = 0;
        let is_hot = !self.store.sealed(1, archive.last.seq, 1).await?.is_empty();
        if archive.deleted_at.is_some() || !is_hot {
            return Ok(0);
        }
        match self.folder.digest(&archive.file).await {
            Ok(digest) if digest == archive.sha256 => {}
            Ok(_) => return Err(RetainError::Changed(archive.file.clone())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(RetainError::Changed(archive.file.clone()));
            }
            Err(error) => return Err(error.into()),
        }
        loop {
            let some = self.store.prune(archive.last.seq, STEP).await?;
            pruned += some;
            if some < u64::from(STEP) {
                return Ok(pruned);
            }
        }
    }

    /// Writes the rows of one day, from a place on, to a file and notes it; none where the next row is young.
    async fn archive_next(&self, call: &Call, end: Link, before: Timestamp) -> Result<Option<Archive>, RetainError> {
        let Some(segment) = self.write_segment(end, before).await? else { return Ok(None) };
        let archive = segment.sign(self.ambient.now(), &self.key);
        let file = Text::<255>::parse(&archive.file).ok();
        let deed = Deed::done("audit_log.archive").with("rows", archive.rows()).with("file", file);
        let deed = deed.with("first_place", archive.first_seq()).with("last_place", archive.last.seq);
        let mut work = self.store.begin_archive().await?;
        let overtaken = |error: StoreError| match error {
            StoreError::Conflict(Constraint::Other) => RetainError::Overtaken,
            error => error.into(),
        };
        work.keep(&archive).await.map_err(overtaken)?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await.map_err(overtaken)?;
        work.commit().await.map_err(overtaken)?;
        Ok(Some(archive))
    }

    async fn write_segment(&self, before: Link, old: Timestamp) -> Result<Option<Segment>, RetainError> {
        let now = self.ambient.now();
        let mut open: Option<(Box<dyn ArchiveWriter>, Gathered)> = None;
        let mut at = before;
        'rows: loop {
            let found = self.store.sealed(at.seq + 1, u64::MAX, STEP).await?;
            let is_end = found.len() < STEP as usize;
            let mut lines = String::new();
            for found in found {
                let seq = found.seq;
                let row = found.row.map_err(|why| RetainError::Unreadable(seq, why))?;
                let gathered = match &mut open {
                    None if is_old(&row, old, now) => {
                        let gathered = Gathered::beginning_with(&row, self.ambient.bytes());
                        let writer = self.folder.create(&gathered.file).await?;
                        &mut open.insert((writer, gathered)).1
                    }
                    Some((_, gathered)) if is_old(&row, old, now) && gathered.takes(&row) => gathered,
                    _ => {
                        if let Some((writer, _)) = &mut open {
                            writer.write(std::mem::take(&mut lines)).await?;
                        }
                        break 'rows;
                    }
                };
                gathered.add(&row);
                at = row.link;
                lines.push_str(&row.to_line());
                lines.push('\n');
            }
            if let Some((writer, _)) = &mut open {
                writer.write(lines).await?;
            }
            if is_end {
                break;
            }
        }
        let Some((writer, gathered)) = open else { return Ok(None) };
        let Gathered { file, newest_at, .. } = gathered;
        let sha256 = writer.finish().await?;
        Ok(Some(Segment { before, last: at, newest_at, file, sha256 }))
    }

    /// Notes archives whose time is over, then removes their files.
    async fn expire(&self, call: &Call, archives: &[Archive]) -> Result<u64, RetainError> {
        let over = self.ambient.now().minus(self.limits.hot).minus(self.limits.archived);
        let mut expired = 0;
        for archive in archives.iter().filter(|archive| archive.deleted_at.is_none() && archive.newest_at < over) {
            let file = Text::<255>::parse(&archive.file).ok();
            let deed = Deed::done("audit_log.delete_archive").with("rows", archive.rows()).with("file", file);
            let mut work = self.store.begin_archive().await?;
            if work.expire(archive.first_seq(), self.ambient.now()).await? {
                record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
                work.commit().await?;
                expired += 1;
            }
            self.folder.remove(&archive.file).await?;
        }
        Ok(expired)
    }
}

#[cfg(test)]
mod tests;
