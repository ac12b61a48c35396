use std::sync::Arc;

use cardkey_domain::{Page, PageRequest};
use cardkey_events::{AuditEntry, StoreError};

use crate::{AuditFilter, AuditReader};

/// The search of the audit log (AUD-02).
#[derive(Clone)]
pub struct AuditSearch {
    reader: Arc<dyn AuditReader>,
}

impl AuditSearch {
    /// Searches through a reader.
    pub fn new(reader: Arc<dyn AuditReader>) -> Self {
        Self { reader }
    }

    /// A page of the rows that pass the filter, newest first.
    pub async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        self.reader.list(filter, page).await
    }
}
