//! The chain of the audit log (AUD-06).

use std::collections::BTreeMap;

use async_trait::async_trait;
use cardkey_audit::{AuditRecord, ChainStore, Checkpoint, FoundRecord, Link, SealedRecord, hour_of};
use cardkey_domain::Timestamp;
use cardkey_events::{Constraint, StoreError};
use sea_orm::sqlx::types::Uuid;
use sea_orm::{DbBackend, Value};

use crate::database::Database;
use crate::sql::{On, Row, all, execute, number, one, params, rows_of_places, update_from, won};

const COLUMNS: &str = "id, occurred_at, user_id, actor, noun, action, target_kind, target_id, ip, user_agent, request_id, \
                       status, level, code, details, search";

#[async_trait]
impl ChainStore for Database {
    async fn head(&self) -> Result<Option<Link>, StoreError> {
        let row = one(self.reads(), "SELECT seq, hash FROM audit_chain WHERE id = 1", Vec::new()).await?;
        row.map(|row| Ok(Link { seq: row.get("seq")?, hash: row.get("hash")? })).transpose()
    }

    async fn unsealed(&self, limit: u32) -> Result<Vec<AuditRecord>, StoreError> {
        // Without an order, so that a million that wait are not sorted for each few that are taken.
        let sql = format!("SELECT {COLUMNS} FROM audit_logs WHERE chain_seq IS NULL LIMIT ?");
        let rows = all(self.reads(), &sql, params![limit]).await?;
        let mut records = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
        records.sort_by_key(|record| record.id);
        Ok(records)
    }

    async fn count_unsealed(&self, most: u64) -> Result<u64, StoreError> {
        let sql =
            "SELECT COUNT(*) AS n FROM (SELECT 1 AS found FROM audit_logs WHERE chain_seq IS NULL LIMIT ?) AS counted";
        number(self.reads(), sql, params![most]).await
    }

    async fn seal(&self, head: &Link, rows: &[SealedRecord]) -> Result<bool, StoreError> {
        let Some(last) = rows.last() else { return Ok(true) };
        let work = self.work();
        // Whoever moves the head is the only one to go on.
        let sql = "UPDATE audit_chain SET seq = ?, hash = ? WHERE id = 1 AND seq = ?";
        if !won(work.on(), sql, params![last.link.seq, last.link.hash, head.seq]).await? {
            return Ok(false);
        }
        place(self.backend(), work.on(), rows).await?;
        count(self.backend(), work.on(), rows).await?;
        work.keep().await?;
        Ok(true)
    }

    async fn sealed(&self, from: u64, to: u64, limit: u32) -> Result<Vec<FoundRecord>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}, chain_seq, chain_hash FROM audit_logs WHERE chain_seq >= ? AND chain_seq <= ? \
             ORDER BY chain_seq LIMIT ?"
        );
        let rows = all(self.reads(), &sql, params![from, to, limit]).await?;
        let found = |row: &Row| {
            let seq = row.get("chain_seq")?;
            let sealed = || {
                Ok::<_, StoreError>(SealedRecord {
                    link: Link { seq, hash: row.get("chain_hash")? },
                    record: record(row)?,
                })
            };
            let why = |error: StoreError| std::error::Error::source(&error).unwrap_or(&error).to_string();
            Ok(FoundRecord { seq, row: sealed().map_err(why) })
        };
        rows.iter().map(found).collect()
    }

    async fn publish(&self, kid: &str, key: &[u8; 32], now: Timestamp) -> Result<(), StoreError> {
        let sql = match self.backend() {
            DbBackend::MySql => "INSERT IGNORE INTO audit_keys (kid, public_key, created_at) VALUES (?, ?, ?)",
            _ => "INSERT INTO audit_keys (kid, public_key, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        };
        self.write(sql, params![kid, *key, now]).await.map(|_| ())
    }

    async fn keys(&self) -> Result<Vec<(String, [u8; 32])>, StoreError> {
        let rows = all(self.reads(), "SELECT kid, public_key FROM audit_keys ORDER BY kid", Vec::new()).await?;
        rows.iter().map(|row| Ok((row.get("kid")?, row.get("public_key")?))).collect()
    }

    async fn keep_checkpoint(&self, checkpoint: &Checkpoint) -> Result<bool, StoreError> {
        let columns = "INTO audit_checkpoints (seq, hash, taken_at, kid, signature) VALUES (?, ?, ?, ?, ?)";
        let sql = match self.backend() {
            DbBackend::MySql => format!("INSERT IGNORE {columns}"),
            _ => format!("INSERT {columns} ON CONFLICT DO NOTHING"),
        };
        let Checkpoint { link, at, kid, signature } = checkpoint;
        let values = params![link.seq, link.hash, *at, kid, signature.as_slice()];
        Ok(self.write(&sql, values).await? > 0)
    }

    async fn checkpoints(&self, after: u64, limit: u32) -> Result<Vec<Checkpoint>, StoreError> {
        let sql = "SELECT * FROM audit_checkpoints WHERE seq > ? ORDER BY seq LIMIT ?";
        all(self.reads(), sql, params![after, limit]).await?.iter().map(checkpoint).collect()
    }

    async fn last_checkpoint(&self) -> Result<Option<Checkpoint>, StoreError> {
        let sql = "SELECT * FROM audit_checkpoints ORDER BY seq DESC LIMIT 1";
        one(self.reads(), sql, Vec::new()).await?.as_ref().map(checkpoint).transpose()
    }
}

async fn place(backend: DbBackend, on: On<'_>, rows: &[SealedRecord]) -> Result<(), StoreError> {
    let set = "chain_seq = place.seq, chain_hash = place.hash";
    let sql = update_from(backend, "audit_logs", set, "place", &["id", "seq", "hash"], rows.len());
    let values = rows.iter().flat_map(|row| params![row.record.id, row.link.seq, row.link.hash]).collect();
    // Each by its identifier, not among all that have no place.
    let placed = execute(on, &format!("{sql} AND audit_logs.chain_seq + 0 IS NULL"), values).await?;
    // Somebody deleted a row in between, or gave it a place.
    if placed == rows.len() as u64 { Ok(()) } else { Err(StoreError::Conflict(Constraint::Stale)) }
}

/// Counts rows for the statistics. Whoever seals holds the head, so nobody else counts at the same time.
async fn count(backend: DbBackend, on: On<'_>, rows: &[SealedRecord]) -> Result<(), StoreError> {
    let mut hours = BTreeMap::<(Timestamp, &str, &str, &str), u64>::new();
    let mut days = BTreeMap::<(Timestamp, Uuid), u64>::new();
    for AuditRecord { occurred_at, action, status, level, user_id, .. } in rows.iter().map(|row| &row.record) {
        let at = Timestamp::from_micros(*occurred_at);
        *hours.entry((hour_of(at), action, status, level)).or_default() += 1;
        if let Some(user) = user_id {
            *days.entry((day_of(at), *user)).or_default() += 1;
        }
    }
    let hours: Vec<_> = hours.into_iter().collect();
    let values =
        hours.iter().flat_map(|((hour, action, status, level), n)| params![*hour, *action, *status, *level, *n]);
    add(backend, on, "audit_hours", "hour, action, status, level", hours.len(), values.collect()).await?;
    let days: Vec<_> = days.into_iter().collect();
    let values = days.iter().flat_map(|((day, user), n)| params![*day, *user, *n]).collect();
    add(backend, on, "audit_user_days", "day, user_id", days.len(), values).await
}

/// Adds to counts, or begins them.
async fn add(
    backend: DbBackend,
    on: On<'_>,
    table: &str,
    key: &str,
    rows: usize,
    values: Vec<Value>,
) -> Result<(), StoreError> {
    if rows == 0 {
        return Ok(());
    }
    let places = rows_of_places(rows, key.split(',').count() + 1);
    let add = match backend {
        DbBackend::MySql => "ON DUPLICATE KEY UPDATE row_count = row_count + VALUES(row_count)".to_owned(),
        _ => format!("ON CONFLICT ({key}) DO UPDATE SET row_count = {table}.row_count + excluded.row_count"),
    };
    let sql = format!("INSERT INTO {table} ({key}, row_count) VALUES {places} {add}");
    execute(on, &sql, values).await.map(|_| ())
}

/// The first moment of the day that holds another.
pub(super) fn day_of(moment: Timestamp) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    Timestamp::from_micros(moment.micros() / DAY * DAY)
}

fn record(row: &Row) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        id: row.get("id")?,
        occurred_at: row.get("occurred_at")?,
        user_id: row.opt("user_id")?,
        actor: row.get("actor")?,
        noun: row.get("noun")?,
        action: row.get("action")?,
        target_kind: row.opt("target_kind")?,
        target_id: row.opt("target_id")?,
        ip: row.opt("ip")?,
        user_agent: row.opt("user_agent")?,
        request_id: row.get("request_id")?,
        status: row.get("status")?,
        level: row.get("level")?,
        code: row.opt("code")?,
        details: row.get("details")?,
        search: row.get("search")?,
    })
}

fn checkpoint(row: &Row) -> Result<Checkpoint, StoreError> {
    Ok(Checkpoint {
        link: Link { seq: row.get("seq")?, hash: row.get("hash")? },
        at: row.get("taken_at")?,
        kid: row.get("kid")?,
        signature: row.get("signature")?,
    })
}
