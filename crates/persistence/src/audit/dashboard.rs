//! The dashboard's figures (CMD-04).

use std::time::Duration;

use async_trait::async_trait;
use cardkey_audit::{ActivityCount, CardKeyTotals, DashboardReader, Totals};
use cardkey_domain::Timestamp;
use cardkey_events::StoreError;
use cardkey_licensing::model::CardKeyState;

use super::statistics::{COUNTED_HOURS, sum};
use crate::database::Database;
use crate::licensing::tallies;
use crate::sql::{Pick, all, number, params};

#[async_trait]
impl DashboardReader for Database {
    async fn totals(&self, now: Timestamp, online_since: Timestamp) -> Result<Totals, StoreError> {
        let count = |table: &str| format!("SELECT COUNT(*) AS n FROM {table}");
        let live = "SELECT COUNT(*) AS n FROM user_sessions WHERE revoked_at IS NULL AND ends_at > ?";
        let online = "SELECT COUNT(*) AS n FROM devices WHERE last_seen_at >= ?";
        let keys = tallies::of(self, &Pick::new()).await?;
        let on = self.reads();
        Ok(Totals {
            users: number(on, &count("users"), Vec::new()).await?,
            sessions: number(on, live, params![now]).await?,
            apps: number(on, &count("apps"), Vec::new()).await?,
            card_keys: CardKeyTotals {
                unused: keys.of(CardKeyState::Unused),
                activated: keys.of(CardKeyState::Activated),
                expired: keys.of(CardKeyState::Expired),
                disabled: keys.of(CardKeyState::Disabled),
                deleted: keys.of(CardKeyState::Deleted),
            },
            licences: number(on, &count("licences"), Vec::new()).await?,
            devices: number(on, &count("devices"), Vec::new()).await?,
            devices_online: number(on, online, params![online_since]).await?,
        })
    }

    async fn activity(&self, since: Timestamp, step: Duration) -> Result<Vec<ActivityCount>, StoreError> {
        const HOUR: i64 = 60 * 60 * 1_000_000;
        let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX).max(1);
        let first = since.micros() / step * step;
        // Whole numbers: the remainder is exact on every database, a quotient would be a decimal on MySQL.
        let (sql, values) = if step % HOUR == 0 {
            let sql = format!(
                "SELECT hour - hour % ? AS step, action, status, {} AS n FROM ({COUNTED_HOURS}) AS counted \
                 GROUP BY step, action, status ORDER BY step, action, status",
                sum(self.backend())
            );
            (sql, params![step, first, i64::MAX, first, i64::MAX])
        } else {
            let sql = "SELECT occurred_at - occurred_at % ? AS step, action, status, COUNT(*) AS n FROM audit_logs \
                       WHERE occurred_at >= ? GROUP BY step, action, status ORDER BY step, action, status";
            (sql.to_owned(), params![step, first])
        };
        let rows = all(self.reads(), &sql, values).await?;
        rows.iter()
            .map(|row| {
                Ok(ActivityCount {
                    from: row.get("step")?,
                    action: row.get("action")?,
                    status: row.word("status")?,
                    count: row.get("n")?,
                })
            })
            .collect()
    }
}
