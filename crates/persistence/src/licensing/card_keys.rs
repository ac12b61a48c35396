use async_trait::async_trait;
use cardkey_domain::{CardKeyId, MaskedCardKey, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::CardKeyRepository;
use cardkey_licensing::model::{Batch, CardKey, CardKeyState, NewCardKey};
use sea_orm::Value;

use super::batches::validity;
use crate::database::Database;
use crate::journal::insert;
use crate::sql::{Param, Row, Write, all, one, params};
use crate::work::Work;

const NEW_COLUMNS: &str = "id, app_id, batch_id, code_hash, code_head, code_tail, sealed_code, state, validity_kind, \
                           validity_amount, max_devices, note, created_at, expires_at";
const NEW_WIDTH: usize = 14;

#[async_trait]
impl CardKeyRepository for Work {
    async fn insert_unused(&mut self, batch: &Batch, keys: &[NewCardKey], now: Timestamp) -> Result<(), StoreError> {
        let mut values: Vec<Value> = Vec::with_capacity(keys.len() * NEW_WIDTH);
        for key in keys {
            values.extend(params![
                key.id,
                batch.app_id,
                batch.id,
                key.code_hash,
                &key.masked.head,
                &key.masked.tail,
                key.sealed_code.as_slice(),
                CardKeyState::Unused.as_str(),
                batch.validity.kind(),
                batch.validity.amount(),
                batch.max_devices,
                batch.note.as_ref(),
                now,
                batch.unredeemed_end(),
            ]);
        }
        insert(self.on(), "card_keys", NEW_COLUMNS, NEW_WIDTH, values).await?;
        let count = i64::try_from(keys.len()).unwrap_or(i64::MAX);
        self.journal.tally(batch.app_id, batch.id, CardKeyState::Unused, count);
        Ok(())
    }

    async fn update(&mut self, seen: &CardKey, key: &CardKey) -> Result<(), StoreError> {
        let mut sql =
            "UPDATE card_keys SET state = ?, state_before = ?, owner_id = ?, licence_id = ?, max_devices = ?, \
                       activated_at = ?, expires_at = ? WHERE id = ? AND state = ?"
                .to_owned();
        let mut values = params![
            key.state.as_str(),
            key.state_before.map(CardKeyState::as_str),
            key.owner_id,
            key.licence_id,
            key.max_devices,
            key.activated_at,
            key.expires_at,
            seen.id,
            seen.state.as_str(),
        ];
        still(&mut sql, &mut values, "owner_id", seen.owner_id);
        still(&mut sql, &mut values, "expires_at", seen.expires_at);
        self.later(Write::race(sql, values));
        if seen.state != key.state {
            self.journal.tally(seen.app_id, seen.batch_id, seen.state, -1);
            self.journal.tally(seen.app_id, seen.batch_id, key.state, 1);
        }
        Ok(())
    }
}

/// Adds the condition that a column still holds a value, or still nothing.
fn still<P: Param>(sql: &mut String, values: &mut Vec<Value>, column: &str, value: Option<P>) {
    sql.push_str(" AND ");
    sql.push_str(column);
    match value {
        Some(value) => {
            sql.push_str(" = ?");
            values.push(value.value());
        }
        None => sql.push_str(" IS NULL"),
    }
}

pub(super) async fn find(db: &Database, id: CardKeyId) -> Result<Option<CardKey>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM card_keys WHERE id = ?", params![id]).await?;
    row.map(|row| card_key(&row)).transpose()
}

pub(super) async fn find_by_hash(db: &Database, code_hash: [u8; 32]) -> Result<Option<CardKey>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM card_keys WHERE code_hash = ?", params![code_hash]).await?;
    row.map(|row| card_key(&row)).transpose()
}

pub(super) async fn due(db: &Database, now: Timestamp, limit: u32) -> Result<Vec<CardKey>, StoreError> {
    let mut due = Vec::new();
    for state in [CardKeyState::Unused, CardKeyState::Activated] {
        let sql = "SELECT * FROM card_keys WHERE state = ? AND expires_at <= ? ORDER BY expires_at LIMIT ?";
        for row in all(db.reads(), sql, params![state.as_str(), now, limit]).await? {
            due.push(card_key(&row)?);
        }
    }
    due.sort_by_key(|key| key.expires_at);
    due.truncate(limit as usize);
    Ok(due)
}

pub(super) fn card_key(row: &Row) -> Result<CardKey, StoreError> {
    Ok(CardKey {
        id: row.get("id")?,
        app_id: row.get("app_id")?,
        batch_id: row.get("batch_id")?,
        masked: MaskedCardKey { head: row.get("code_head")?, tail: row.get("code_tail")? },
        sealed_code: row.get("sealed_code")?,
        state: row.word("state")?,
        state_before: row.opt_word("state_before")?,
        validity: validity(row)?,
        max_devices: row.get("max_devices")?,
        note: row.opt("note")?,
        owner_id: row.opt("owner_id")?,
        licence_id: row.opt("licence_id")?,
        created_at: row.get("created_at")?,
        activated_at: row.opt("activated_at")?,
        expires_at: row.opt("expires_at")?,
    })
}
