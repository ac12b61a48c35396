use std::sync::Arc;

use cardkey_domain::Ambient;
use cardkey_events::{Call, Deed, StoreError, record};

use crate::AuditStore;

/// Writes down calls that were refused before they changed anything (AUD-01).
#[derive(Clone)]
pub struct RefusalLog {
    store: Arc<dyn AuditStore>,
    ambient: Ambient,
}

impl RefusalLog {
    /// Writes through a store.
    pub fn new(store: Arc<dyn AuditStore>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// Keeps one row; durable when this returns.
    pub async fn keep(&self, call: &Call, deed: Deed) -> Result<(), StoreError> {
        let mut work = self.store.begin().await?;
        record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
        work.commit().await
    }
}
