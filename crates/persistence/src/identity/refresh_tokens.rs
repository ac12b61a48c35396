use async_trait::async_trait;
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use cardkey_identity::RefreshTokenRepository;
use cardkey_identity::model::{RefreshToken, TokenHash};

use crate::database::Database;
use crate::sql::{Row, execute, one, params, won};
use crate::work::Work;

#[async_trait]
impl RefreshTokenRepository for Work {
    async fn insert(&mut self, token: &RefreshToken) -> Result<(), StoreError> {
        let sql = "INSERT INTO refresh_tokens (hash, session_id, issued_at, expires_at, used_at, successor, sealed_reply) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            token.hash.0,
            token.session_id,
            token.issued_at,
            token.expires_at,
            token.used_at,
            token.successor.map(|successor| successor.0),
            token.sealed_reply.as_deref(),
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn exchange(
        &mut self,
        hash: TokenHash,
        successor: TokenHash,
        sealed_reply: &[u8],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE refresh_tokens SET used_at = ?, successor = ?, sealed_reply = ? WHERE hash = ? AND used_at IS NULL";
        won(self.on(), sql, params![now, successor.0, sealed_reply, hash.0]).await
    }

    async fn forget(&mut self, now: Timestamp, grace_end: Timestamp) -> Result<u64, StoreError> {
        let on = self.on();
        let deleted = execute(on, "DELETE FROM refresh_tokens WHERE expires_at < ?", params![now]).await?;
        let sql = "UPDATE refresh_tokens SET sealed_reply = NULL WHERE used_at < ? AND sealed_reply IS NOT NULL";
        Ok(deleted + execute(on, sql, params![grace_end]).await?)
    }
}

pub(super) async fn find(db: &Database, hash: TokenHash) -> Result<Option<RefreshToken>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM refresh_tokens WHERE hash = ?", params![hash.0]).await?;
    row.map(|row| refresh_token(&row)).transpose()
}

fn refresh_token(row: &Row) -> Result<RefreshToken, StoreError> {
    Ok(RefreshToken {
        hash: TokenHash(row.get("hash")?),
        session_id: row.get("session_id")?,
        issued_at: row.get("issued_at")?,
        expires_at: row.get("expires_at")?,
        used_at: row.opt("used_at")?,
        successor: row.opt("successor")?.map(TokenHash),
        sealed_reply: row.opt("sealed_reply")?,
    })
}
