//! Failed sign-ins. A failure is counted by one statement, so that a thousand at once are a thousand.

use async_trait::async_trait;
use cardkey_domain::{Timestamp, UserId};
use cardkey_events::StoreError;
use cardkey_identity::LockoutRepository;
use cardkey_identity::model::{Lockout, LockoutBucket};
use sea_orm::DbBackend;

use crate::database::Database;
use crate::sql::{On, Row, execute, one, params, won};
use crate::work::Work;

/// Where the new values are reckoned from the old row. Values: bucket, now, now, now, limit, until.
const FAIL: &str = "INSERT INTO sign_in_failures (bucket, failures, locked_until, touched_at) VALUES (?, 1, NULL, ?) \
    ON CONFLICT (bucket) DO UPDATE SET touched_at = excluded.touched_at, \
    failures = CASE WHEN sign_in_failures.locked_until <= ? THEN 1 ELSE sign_in_failures.failures + 1 END, \
    locked_until = CASE WHEN sign_in_failures.locked_until > ? THEN sign_in_failures.locked_until END";

/// The same on MySQL, where the count is set first and so the lock is judged by the old one still.
const FAIL_MYSQL: &str = "INSERT INTO sign_in_failures (bucket, failures, locked_until, touched_at) VALUES (?, 1, NULL, ?) \
    ON DUPLICATE KEY UPDATE touched_at = VALUES(touched_at), \
    failures = CASE WHEN locked_until <= ? THEN 1 ELSE failures + 1 END, \
    locked_until = CASE WHEN locked_until > ? THEN locked_until END";

const LOCK: &str =
    "UPDATE sign_in_failures SET locked_until = ? WHERE bucket = ? AND locked_until IS NULL AND failures >= ?";

#[async_trait]
impl LockoutRepository for Work {
    async fn fail(
        &mut self,
        bucket: LockoutBucket,
        limit: u32,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Lockout, StoreError> {
        let on = self.on();
        let count = if on.backend() == DbBackend::MySql { FAIL_MYSQL } else { FAIL };
        execute(on, count, params![bucket.0, now, now, now]).await?;
        // The row is ours until the unit ends.
        execute(on, LOCK, params![until, bucket.0, limit]).await?;
        standing(on, bucket).await
    }

    async fn clear(&mut self, bucket: LockoutBucket, now: Timestamp) -> Result<bool, StoreError> {
        let on = self.on();
        let sql = "DELETE FROM sign_in_failures WHERE bucket = ? AND (locked_until IS NULL OR locked_until <= ?)";
        if won(on, sql, params![bucket.0, now]).await? {
            return Ok(true);
        }
        let locked = "SELECT 1 AS found FROM sign_in_failures WHERE bucket = ? AND locked_until > ?";
        Ok(one(on, locked, params![bucket.0, now]).await?.is_none())
    }

    async fn know_device(&mut self, user: UserId, device: [u8; 32], now: Timestamp) -> Result<(), StoreError> {
        let on = self.on();
        let known = match on.backend() {
            DbBackend::MySql => "ON DUPLICATE KEY UPDATE last_seen_at = VALUES(last_seen_at)",
            _ => "ON CONFLICT (user_id, device) DO UPDATE SET last_seen_at = excluded.last_seen_at",
        };
        let sql = format!(
            "INSERT INTO known_devices (user_id, device, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?) {known}"
        );
        execute(on, &sql, params![user, device, now, now]).await.map(|_| ())
    }

    async fn forget(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        execute(self.on(), "DELETE FROM sign_in_failures WHERE touched_at < ?", params![before]).await
    }
}

pub(super) async fn find(db: &Database, bucket: LockoutBucket) -> Result<Lockout, StoreError> {
    standing(db.reads(), bucket).await
}

pub(super) async fn knows_device(db: &Database, user: UserId, device: [u8; 32]) -> Result<bool, StoreError> {
    let sql = "SELECT 1 AS found FROM known_devices WHERE user_id = ? AND device = ?";
    Ok(one(db.reads(), sql, params![user, device]).await?.is_some())
}

async fn standing(on: On<'_>, bucket: LockoutBucket) -> Result<Lockout, StoreError> {
    let sql = "SELECT failures, locked_until FROM sign_in_failures WHERE bucket = ?";
    let row = one(on, sql, params![bucket.0]).await?;
    row.map_or(Ok(Lockout::default()), |row| lockout(&row))
}

fn lockout(row: &Row) -> Result<Lockout, StoreError> {
    Ok(Lockout { failures: row.get("failures")?, locked_until: row.opt("locked_until")? })
}
