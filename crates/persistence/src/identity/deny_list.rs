use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use cardkey_identity::DenyList;
use cardkey_identity::model::{DeniedToken, TokenHash};
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{execute, one, params, rows_of_places};
use crate::work::Work;

#[async_trait]
impl DenyList for Work {
    async fn deny(&mut self, tokens: &[DeniedToken], now: Timestamp) -> Result<(), StoreError> {
        let on = self.on();
        for tokens in tokens.chunks(500) {
            let places = rows_of_places(tokens.len(), 3);
            let into = "INTO revoked_tokens (hash, expires_at, denied_at) VALUES";
            let sql = match on.backend() {
                DbBackend::MySql => format!("INSERT IGNORE {into} {places}"),
                _ => format!("INSERT {into} {places} ON CONFLICT DO NOTHING"),
            };
            let values = tokens.iter().flat_map(|token| params![token.hash.0, token.expires_at, now]).collect();
            execute(on, &sql, values).await?;
        }
        Ok(())
    }

    async fn forget(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        execute(self.on(), "DELETE FROM revoked_tokens WHERE expires_at < ?", params![now]).await
    }
}

pub(super) async fn holds(db: &Database, hash: TokenHash) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM revoked_tokens WHERE hash = ?";
    Ok(one(db.reads(), sql, params![hash.0]).await?.is_some())
}
