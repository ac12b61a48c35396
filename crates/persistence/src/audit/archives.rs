//! What left the audit log for archives (AUD-05).

use async_trait::async_trait;
use cardkey_audit::{Archive, ArchiveStore, ArchiveWork, Link};
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use sea_orm::sqlx::types::Uuid;

use super::chain::day_of;
use crate::database::Database;
use crate::sql::{Param, Row, all, execute, params, places, won};
use crate::work::Work;

#[async_trait]
impl ArchiveStore for Database {
    async fn archives(&self) -> Result<Vec<Archive>, StoreError> {
        let rows = all(self.reads(), "SELECT * FROM audit_archives ORDER BY first_seq", Vec::new()).await?;
        rows.iter().map(archive).collect()
    }

    async fn begin_archive(&self) -> Result<Box<dyn ArchiveWork>, StoreError> {
        Ok(Box::new(self.work()))
    }

    async fn prune(&self, up_to: u64, limit: u32) -> Result<u64, StoreError> {
        let sql = "SELECT id FROM audit_logs WHERE chain_seq <= ? ORDER BY chain_seq LIMIT ?";
        let rows = all(self.reads(), sql, params![up_to, limit]).await?;
        let ids = rows.iter().map(|row| row.get("id")).collect::<Result<Vec<Uuid>, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        let sql = format!("DELETE FROM audit_logs WHERE id IN ({})", places(ids.len()));
        self.write(&sql, ids.into_iter().map(Param::value).collect()).await
    }

    async fn prune_marks(&self, before: u64, counts_before: Timestamp) -> Result<(), StoreError> {
        self.write("DELETE FROM audit_checkpoints WHERE seq < ?", params![before]).await?;
        self.write("DELETE FROM audit_hours WHERE hour < ?", params![counts_before]).await?;
        self.write("DELETE FROM audit_user_days WHERE day < ?", params![day_of(counts_before)]).await?;
        Ok(())
    }
}

#[async_trait]
impl ArchiveWork for Work {
    async fn keep(&mut self, archive: &Archive) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit_archives (first_seq, last_seq, prev_hash, last_hash, newest_at, file, sha256, \
                   archived_at, kid, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            archive.first_seq(),
            archive.last.seq,
            archive.before.hash,
            archive.last.hash,
            archive.newest_at,
            &archive.file,
            archive.sha256,
            archive.archived_at,
            &archive.kid,
            archive.signature.as_slice(),
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn expire(&mut self, first_seq: u64, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE audit_archives SET deleted_at = ? WHERE first_seq = ? AND deleted_at IS NULL";
        won(self.on(), sql, params![now, first_seq]).await
    }
}

fn archive(row: &Row) -> Result<Archive, StoreError> {
    let first: u64 = row.get("first_seq")?;
    Ok(Archive {
        before: Link { seq: first.saturating_sub(1), hash: row.get("prev_hash")? },
        last: Link { seq: row.get("last_seq")?, hash: row.get("last_hash")? },
        newest_at: row.get("newest_at")?,
        file: row.get("file")?,
        sha256: row.get("sha256")?,
        archived_at: row.get("archived_at")?,
        kid: row.get("kid")?,
        signature: row.get("signature")?,
        deleted_at: row.opt("deleted_at")?,
    })
}
