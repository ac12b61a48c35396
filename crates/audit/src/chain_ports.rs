use std::io;

use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::{StoreError, Transaction};

use crate::{Anchor, Archive, AuditRecord, Checkpoint, Link, SealedRecord};

/// The chain of the audit log.
#[async_trait]
pub trait ChainStore: Send + Sync {
    /// The last place that was given.
    async fn head(&self) -> Result<Option<Link>, StoreError>;

    /// Some rows without a place, those that came first as a rule, in the order of their identifiers. They are found without looking at
    /// any other.
    async fn unsealed(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError>;

    /// How many rows have no place, counted up to `most`.
    async fn count_unsealed(&self, most: u64) -> Result<u64, StoreError>;

    /// Gives rows their places, counts them for the statistics, and moves the head from `head` to the last of them, all or nothing; false
    /// where the head stands elsewhere by now.
    async fn seal(&self, head: &Link, rows: &[SealedRecord]) -> Result<bool, StoreError>;

    /// Rows in the order of their places, from one to another, both included.
    async fn sealed(&self, from: u64, to: u64, limit: u32) -> Result<Vec<FoundRecord>, StoreError>;

    /// Publishes a key, unless it is published already.
    async fn publish(&self, kid: &str, key: &[u8; 32], now: Timestamp) -> Result<(), StoreError>;

    /// The keys that were published.
    async fn keys(&self) -> Result<Vec<(String, [u8; 32])>, StoreError>;

    /// Keeps a checkpoint; false where one of its place is kept already.
    async fn keep_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError>;

    /// Checkpoints after a place, in order.
    async fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<Checkpoint>, StoreError>;

    /// The checkpoint of the highest place.
    async fn last_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError>;
}

/// A row that was asked for by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRecord {
    /// The place.
    pub seq: u64,
    /// What stands there; `Err` where it cannot be read, with the reason.
    pub row: Result<SealedRecord, String>,
}

/// What became of rows that left the database.
#[async_trait]
pub trait ArchiveStore: ChainStore {
    /// Every archive there ever was, in the order of places.
    async fn archives(&self) -> Result<Vec<Archive>, StoreError>;

    /// Opens a unit of work. Dropping it undoes everything.
    async fn begin_archive(&self) -> Result<Box<dyn ArchiveWork>, StoreError>;

    /// Deletes rows up to a place, the first ones first, so many at most; tells how many.
    async fn prune(&self, up_to: u64, limit: u32) -> Result<u64, StoreError>;

    /// Deletes the checkpoints before a place, and counts from before a moment.
    async fn prune_marks(&self, before: u64, counts_before: Timestamp) -> Result<(), StoreError>;
}

/// A unit of work about archives.
#[async_trait]
pub trait ArchiveWork: Transaction {
    /// Keeps an archive; [`cardkey_events::Constraint::Other`] where one begins at that place already.
    async fn keep(&mut self, archive: &Archive) -> Result<(), StoreError>;

    /// Notes that an archive's time is over; false where that was noted before.
    async fn expire(&mut self, first_seq: u64, now: Timestamp) -> Result<bool, StoreError>;
}

/// The folder of archives: compressed files of lines.
#[async_trait]
pub trait ArchiveFolder: Send + Sync {
    /// Begins a file. It is not there before it is finished.
    async fn create(&self, name: &str) -> io::Result<Box<dyn ArchiveWriter>>;
    /// The lines of a file; `NotFound` where there is none.
    async fn open(&self, name: &str) -> io::Result<Box<dyn ArchiveReader>>;
    /// The SHA-256 of a file as it is on the disk; `NotFound` where there is none.
    async fn digest(&self, name: &str) -> io::Result<[u8; 32]>;
    /// The names of the files there are.
    async fn names(&self) -> io::Result<Vec<String>>;
    /// Removes a file, if it is there.
    async fn remove(&self, name: &str) -> io::Result<()>;
}

/// A file of the archive that is being written. Dropping it leaves nothing behind that counts.
#[async_trait]
pub trait ArchiveWriter: Send {
    /// Adds lines.
    async fn write(&mut self, lines: String) -> io::Result<()>;
    /// Makes the file durable under its name, in the place of one that may stand there; returns its SHA-256.
    async fn finish(self: Box<Self>) -> io::Result<[u8; 32]>;
}

/// A file of the archive that is being read.
#[async_trait]
pub trait ArchiveReader: Send {
    /// Some lines; none at the end.
    async fn read(&mut self) -> io::Result<Vec<String>>;
}

/// Checkpoints outside the database, where whoever changes the database does not reach them. Append-only.
#[async_trait]
pub trait AnchorLog: Send + Sync {
    /// Adds a line, durable when this returns.
    async fn append(&self, anchor: &Anchor) -> io::Result<()>;
    /// Every line, from the first on; `Err` with the text of one that is no anchor.
    async fn all(&self) -> io::Result<Vec<Result<Anchor, String>>>;
}
