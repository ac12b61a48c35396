//! Replies kept for retries.

use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::{Receipt, ReceiptReader, Receipts, StoreError};

use crate::database::Database;
use crate::sql::{Write, one, params};
use crate::work::Work;

#[async_trait]
impl Receipts for Work {
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let sql = "INSERT INTO receipts (scope, idempotency_key, request_digest, sealed_outcome, kept_until) \
                   VALUES (?, ?, ?, ?, ?)";
        let values = params![
            &receipt.scope,
            &receipt.key,
            receipt.request_digest,
            receipt.sealed_outcome.as_slice(),
            receipt.kept_until,
        ];
        self.later(Write::insert(sql, values));
        Ok(())
    }
}

#[async_trait]
impl ReceiptReader for Database {
    async fn find(&self, scope: &str, key: &str, now: Timestamp) -> Result<Option<Receipt>, StoreError> {
        let sql = "SELECT request_digest, sealed_outcome, kept_until FROM receipts \
                   WHERE scope = ? AND idempotency_key = ? AND kept_until > ?";
        let Some(row) = one(self.reads(), sql, params![scope, key, now]).await? else { return Ok(None) };
        Ok(Some(Receipt {
            scope: scope.to_owned(),
            key: key.to_owned(),
            request_digest: row.get("request_digest")?,
            sealed_outcome: row.get("sealed_outcome")?,
            kept_until: row.get("kept_until")?,
        }))
    }

    async fn forget(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write("DELETE FROM receipts WHERE kept_until <= ?", params![now]).await
    }
}
