//! A walk over everything that is sealed under the master key, so that it can be sealed again under another (SEC-08). What lives shorter
//! than a rotation takes – the replies kept for refresh tokens, for seconds – is left out.

use cardkey_domain::{CardKeyId, Id, SigningKeyId};
use cardkey_events::StoreError;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::sql::{Row, all, params, update_from};

/// Rows that one statement seals again.
const AT_ONCE: usize = 300;

/// One sealed value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Where.
    pub place: SealedPlace,
    /// The sealed bytes.
    pub bytes: Vec<u8>,
}

/// Where a sealed value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealedPlace {
    /// The code of a card key.
    CardKey(CardKeyId),
    /// The seed of a signing key.
    SigningKey(SigningKeyId),
    /// A reply kept for retries.
    Receipt {
        /// Who may retry it and where.
        scope: String,
        /// The caller's key.
        key: String,
    },
}

impl Database {
    /// The sealed codes of card keys after an identifier, in its order.
    pub async fn sealed_card_keys(&self, after: Option<CardKeyId>, limit: u32) -> Result<Vec<Sealed>, StoreError> {
        let after = after.map_or(Uuid::nil(), Id::uuid);
        let sql = "SELECT id, sealed_code AS sealed FROM card_keys WHERE id > ? ORDER BY id LIMIT ?";
        let rows = all(self.reads(), sql, params![after, limit]).await?;
        rows.iter().map(|row| sealed(SealedPlace::CardKey(row.get("id")?), row)).collect()
    }

    /// The sealed seeds of all signing keys; there are a few for each app.
    pub async fn sealed_signing_keys(&self) -> Result<Vec<Sealed>, StoreError> {
        let rows = all(self.reads(), "SELECT id, sealed_seed AS sealed FROM signing_keys", Vec::new()).await?;
        rows.iter().map(|row| sealed(SealedPlace::SigningKey(row.get("id")?), row)).collect()
    }

    /// The sealed replies after a scope and key, in their order.
    pub async fn sealed_receipts(&self, after: Option<(&str, &str)>, limit: u32) -> Result<Vec<Sealed>, StoreError> {
        let (scope, key) = after.unwrap_or_default();
        let sql = "SELECT scope, idempotency_key, sealed_outcome AS sealed FROM receipts \
                   WHERE scope > ? OR (scope = ? AND idempotency_key > ?) ORDER BY scope, idempotency_key LIMIT ?";
        let rows = all(self.reads(), sql, params![scope, scope, key, limit]).await?;
        let place = |row: &Row| Ok(SealedPlace::Receipt { scope: row.get("scope")?, key: row.get("idempotency_key")? });
        rows.iter().map(|row| sealed(place(row)?, row)).collect()
    }

    /// Puts newly sealed values in place. None of them ever changes otherwise, so nobody can be overtaken; one that is gone stays gone.
    pub async fn reseal(&self, values: Vec<Sealed>) -> Result<(), StoreError> {
        let (mut card_keys, mut signing_keys) = (Vec::new(), Vec::new());
        for Sealed { place, bytes } in values {
            match place {
                SealedPlace::CardKey(id) => card_keys.push((id.uuid(), bytes)),
                SealedPlace::SigningKey(id) => signing_keys.push((id.uuid(), bytes)),
                SealedPlace::Receipt { scope, key } => {
                    let sql = "UPDATE receipts SET sealed_outcome = ? WHERE scope = ? AND idempotency_key = ?";
                    self.write(sql, params![bytes, scope, key]).await?;
                }
            }
        }
        self.reseal_rows("card_keys", "sealed_code", card_keys).await?;
        self.reseal_rows("signing_keys", "sealed_seed", signing_keys).await
    }

    async fn reseal_rows(&self, table: &str, column: &str, rows: Vec<(Uuid, Vec<u8>)>) -> Result<(), StoreError> {
        for some in rows.chunks(AT_ONCE) {
            let set = format!("{column} = anew.sealed");
            let sql = update_from(self.backend(), table, &set, "anew", &["id", "sealed"], some.len());
            let values = some.iter().flat_map(|(id, bytes)| params![*id, bytes.as_slice()]).collect();
            self.write(&sql, values).await?;
        }
        Ok(())
    }
}

fn sealed(place: SealedPlace, row: &Row) -> Result<Sealed, StoreError> {
    Ok(Sealed { place, bytes: row.get("sealed")? })
}
