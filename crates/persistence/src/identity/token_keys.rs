//! The keys that sign tokens: the signing keys that belong to no app.

use async_trait::async_trait;
use cardkey_domain::{SigningKeyId, Timestamp};
use cardkey_events::StoreError;
use cardkey_identity::SigningKeyRepository;
use cardkey_identity::model::{TokenKeyRecord, TokenKeyState};

use crate::database::Database;
use crate::sql::{Row, all, execute, one, params, won};
use crate::work::Work;

#[async_trait]
impl SigningKeyRepository for Work {
    async fn insert(&mut self, key: &TokenKeyRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO signing_keys (id, state, place, public_key, sealed_seed, created_at, retired_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            key.id,
            key.state.as_str(),
            (key.state != TokenKeyState::Retired).then(|| place(key.state)),
            key.public_key,
            key.sealed_seed.as_slice(),
            key.created_at,
            key.retired_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn promote_spare(&mut self, active: SigningKeyId, now: Timestamp) -> Result<bool, StoreError> {
        let on = self.on();
        let sql = "SELECT id FROM signing_keys WHERE app_id IS NULL AND state = 'spare' ORDER BY id LIMIT 1";
        let Some(spare) = one(on, sql, Vec::new()).await? else { return Ok(false) };
        let spare: SigningKeyId = spare.get("id")?;
        // Whoever retires the active key is the only one to go on.
        let sql = "UPDATE signing_keys SET state = 'retired', place = NULL, retired_at = ? \
                   WHERE id = ? AND app_id IS NULL AND state = 'active'";
        if !won(on, sql, params![now, active]).await? {
            return Ok(false);
        }
        let sql = "UPDATE signing_keys SET state = 'active', place = ? WHERE id = ? AND state = 'spare'";
        won(on, sql, params![place(TokenKeyState::Active), spare]).await
    }
}

/// What only one key can hold: to be the active one, or the spare.
fn place(state: TokenKeyState) -> String {
    format!("tokens {state}")
}

pub(super) async fn every(db: &Database) -> Result<Vec<TokenKeyRecord>, StoreError> {
    let sql = "SELECT * FROM signing_keys WHERE app_id IS NULL ORDER BY id";
    all(db.reads(), sql, Vec::new()).await?.iter().map(token_key).collect()
}

fn token_key(row: &Row) -> Result<TokenKeyRecord, StoreError> {
    Ok(TokenKeyRecord {
        id: row.get("id")?,
        state: row.word("state")?,
        public_key: row.get("public_key")?,
        sealed_seed: row.get("sealed_seed")?,
        created_at: row.get("created_at")?,
        retired_at: row.opt("retired_at")?,
    })
}
