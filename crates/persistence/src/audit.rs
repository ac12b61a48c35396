//! What audit reads, seals and archives.

mod archives;
mod chain;
mod dashboard;
mod list;
mod statistics;

use async_trait::async_trait;
use cardkey_audit::AuditStore;
use cardkey_events::{StoreError, Transaction};

use crate::database::Database;

#[async_trait]
impl AuditStore for Database {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(Box::new(self.work()))
    }
}
