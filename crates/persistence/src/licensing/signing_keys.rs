use async_trait::async_trait;
use cardkey_domain::{AppId, SigningKeyId};
use cardkey_events::StoreError;
use cardkey_licensing::SigningKeyRepository;
use cardkey_licensing::model::{SigningKeyRecord, SigningKeyState};

use crate::database::Database;
use crate::sql::{Row, all, execute, one, params, won};
use crate::work::Work;

#[async_trait]
impl SigningKeyRepository for Work {
    async fn insert(&mut self, key: &SigningKeyRecord) -> Result<(), StoreError> {
        let sql = "INSERT INTO signing_keys (id, app_id, state, place, public_key, sealed_seed, created_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            key.id,
            key.app_id,
            key.state.as_str(),
            (key.state != SigningKeyState::Retired).then(|| place(key.app_id, key.state)),
            key.public_key,
            key.sealed_seed.as_slice(),
            key.created_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn promote_spare(&mut self, app: AppId, active: SigningKeyId) -> Result<bool, StoreError> {
        let on = self.on();
        let sql = "SELECT id FROM signing_keys WHERE app_id = ? AND state = 'spare' ORDER BY id LIMIT 1";
        let Some(spare) = one(on, sql, params![app]).await? else { return Ok(false) };
        let spare: SigningKeyId = spare.get("id")?;
        // Whoever retires the active key is the only one to go on.
        let sql =
            "UPDATE signing_keys SET state = 'retired', place = NULL WHERE id = ? AND app_id = ? AND state = 'active'";
        if !won(on, sql, params![active, app]).await? {
            return Ok(false);
        }
        let sql = "UPDATE signing_keys SET state = 'active', place = ? WHERE id = ? AND state = 'spare'";
        won(on, sql, params![place(app, SigningKeyState::Active), spare]).await
    }
}

/// What only one key of an app can hold: to be the active one, or the spare.
fn place(app: AppId, state: SigningKeyState) -> String {
    format!("{app} {state}")
}

pub(super) async fn of(db: &Database, app: AppId) -> Result<Vec<SigningKeyRecord>, StoreError> {
    let sql =
        "SELECT id, app_id, state, public_key, sealed_seed, created_at FROM signing_keys WHERE app_id = ? ORDER BY id";
    all(db.reads(), sql, params![app]).await?.iter().map(signing_key).collect()
}

fn signing_key(row: &Row) -> Result<SigningKeyRecord, StoreError> {
    Ok(SigningKeyRecord {
        id: row.get("id")?,
        app_id: row.get("app_id")?,
        state: row.word("state")?,
        public_key: row.get("public_key")?,
        sealed_seed: row.get("sealed_seed")?,
        created_at: row.get("created_at")?,
    })
}
