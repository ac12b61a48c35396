//! What is kept between two starts of the program, and where.

mod file;
mod memory;
pub(crate) mod records;

pub use file::FileStorage;
pub use memory::MemoryStorage;

/// Keeps a few small records between starts: a file folder, the operating system's key chain, a database of the program's own.
///
/// Records hold tokens and keys. A storage must keep them from other users of the computer, and must never leave half of a record behind.
pub trait Storage: Send + Sync {
    /// The record as last saved; `None` when there is none.
    fn load(&self, record: Record) -> Result<Option<Vec<u8>>, StorageError>;

    /// Replaces the record as a whole. When this returns, a crash no longer loses it.
    fn save(&self, record: Record, bytes: &[u8]) -> Result<(), StorageError>;

    /// Forgets the record; no error when there is none.
    fn remove(&self, record: Record) -> Result<(), StorageError>;
}

/// The records there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Record {
    /// A random name for this installation, by which the server knows a device that signed in before.
    Installation,
    /// The tokens of who is signed in. Secret.
    Session,
    /// The device's own private key. Secret.
    DeviceKey,
    /// An activation that was asked for and not yet answered.
    Activation,
    /// The latest verdict and what is needed to judge it offline.
    Licence,
}

impl Record {
    /// A short name, the same for ever.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Session => "session",
            Self::DeviceKey => "device-key",
            Self::Activation => "activation",
            Self::Licence => "licence",
        }
    }
}

/// A record could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {place}: {problem}")]
pub struct StorageError {
    action: &'static str,
    place: String,
    problem: String,
}

impl StorageError {
    /// For storages of one's own: what was done (`read`, `write`, `remove`), where, and what went wrong.
    pub fn new(action: &'static str, place: impl std::fmt::Display, problem: impl std::fmt::Display) -> Self {
        Self { action, place: place.to_string(), problem: problem.to_string() }
    }
}

#[cfg(test)]
mod tests;
