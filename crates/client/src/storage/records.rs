//! The records' contents, as JSON, read and written without holding up the runtime.

use std::sync::Arc;

use cardkey_crypto::JwkSet;
use cardkey_domain::{DeviceId, LicenceId, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::storage::{Record, Storage, StorageError};

/// Who is signed in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) access_token: String,
    pub(crate) refresh_token: String,
    /// By this computer's clock.
    pub(crate) access_ends_at: Timestamp,
}

/// An activation under way. The card key itself is not kept, only what tells whether the same thing is asked again.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PendingActivation {
    pub(crate) idempotency_key: String,
    pub(crate) nonce: String,
    pub(crate) request_digest: String,
}

/// What an offline start rests on.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Licence {
    /// The latest genuine verdict, whatever it says.
    pub(crate) verdict: String,
    pub(crate) licence_id: LicenceId,
    pub(crate) device_id: DeviceId,
    /// The app's published keys as last fetched; not looked at where the program has them built in.
    pub(crate) keys: JwkSet,
    /// The highest epoch the server ever said for this licence.
    pub(crate) epoch: u32,
    /// The latest moment known to have passed (LIC-05).
    pub(crate) seen: Timestamp,
    /// What told this computer apart when the verdict came.
    pub(crate) device_digest: String,
}

/// The device's private key.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredDeviceKey {
    /// The Ed25519 seed in base64url.
    pub(crate) seed: String,
}

/// This installation's name.
#[derive(Serialize, Deserialize)]
pub(crate) struct Installation {
    pub(crate) id: String,
}

/// A storage seen as typed records.
#[derive(Clone)]
pub(crate) struct Records(Arc<dyn Storage>);

impl Records {
    pub(crate) fn new(storage: Arc<dyn Storage>) -> Self {
        Self(storage)
    }

    pub(crate) async fn load<T: DeserializeOwned>(&self, record: Record) -> Result<Option<T>, StorageError> {
        let Some(bytes) = self.work("read", record, move |storage| storage.load(record)).await? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            StorageError::new("read", format_args!("the record `{}`", record.name()), format_args!("damaged: {error}"))
        })
    }

    pub(crate) async fn save<T: Serialize>(&self, record: Record, value: &T) -> Result<(), StorageError> {
        let bytes = serde_json::to_vec(value).map_err(|error| StorageError::new("write", record.name(), error))?;
        self.work("write", record, move |storage| storage.save(record, &bytes)).await
    }

    pub(crate) async fn remove(&self, record: Record) -> Result<(), StorageError> {
        self.work("remove", record, move |storage| storage.remove(record)).await
    }

    /// A storage may wait for a disk or for the user to unlock a key chain.
    async fn work<T: Send + 'static>(
        &self,
        action: &'static str,
        record: Record,
        work: impl FnOnce(&dyn Storage) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let storage = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || work(storage.as_ref())).await {
            Ok(result) => result,
            Err(error) => Err(StorageError::new(action, format_args!("the record `{}`", record.name()), error)),
        }
    }
}
