use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::storage::{Record, Storage, StorageError};

/// Keeps each record in a file of its own, readable by its owner alone (0600) and replaced as a whole.
///
/// On Windows the folder's own access list protects the files: choose one below `%LOCALAPPDATA%`.
#[derive(Debug)]
pub struct FileStorage {
    folder: PathBuf,
    writes: AtomicU64,
}

impl FileStorage {
    /// Keeps records in `folder`, which is made (0700) when it is missing. Each app needs a folder of its own.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StorageError> {
        let folder = folder.into();
        make_folder(&folder).map_err(|error| StorageError::new("make", folder.display(), error))?;
        Ok(Self { folder, writes: AtomicU64::new(0) })
    }

    fn path(&self, record: Record) -> PathBuf {
        self.folder.join(format!("{}.json", record.name()))
    }

    /// Two threads, or two copies of the program, never write to the same temporary file.
    fn temporary(&self, record: Record) -> PathBuf {
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!(".{}.{}.{number}", record.name(), std::process::id()))
    }
}

impl Storage for FileStorage {
    fn load(&self, record: Record) -> Result<Option<Vec<u8>>, StorageError> {
        let path = self.path(record);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StorageError::new("read", path.display(), error)),
        }
    }

    fn save(&self, record: Record, bytes: &[u8]) -> Result<(), StorageError> {
        let (path, temporary) = (self.path(record), self.temporary(record));
        let replaced = write_durably(&temporary, bytes)
            .and_then(|()| fs::rename(&temporary, &path))
            .and_then(|()| make_name_durable(&self.folder));
        replaced.map_err(|error| {
            drop(fs::remove_file(&temporary));
            StorageError::new("write", path.display(), error)
        })
    }

    fn remove(&self, record: Record) -> Result<(), StorageError> {
        let path = self.path(record);
        match fs::remove_file(&path).and_then(|()| make_name_durable(&self.folder)) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(StorageError::new("remove", path.display(), error)),
        }
    }
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A rename is only durable once its folder is (on Unix; elsewhere the file system sees to it).
fn make_name_durable(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
