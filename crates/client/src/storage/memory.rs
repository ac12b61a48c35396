use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::storage::{Record, Storage, StorageError};

/// Keeps records as long as the program runs: for tests, and for programs that activate at every start.
#[derive(Default)]
pub struct MemoryStorage(Mutex<HashMap<Record, Vec<u8>>>);

impl MemoryStorage {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn records(&self) -> MutexGuard<'_, HashMap<Record, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for MemoryStorage {
    fn load(&self, record: Record) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.records().get(&record).cloned())
    }

    fn save(&self, record: Record, bytes: &[u8]) -> Result<(), StorageError> {
        self.records().insert(record, bytes.to_vec());
        Ok(())
    }

    fn remove(&self, record: Record) -> Result<(), StorageError> {
        self.records().remove(&record);
        Ok(())
    }
}
