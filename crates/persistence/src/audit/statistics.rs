//! How much was done (AUD-03): from the counts that the sealer keeps, and the few rows that it has not seen yet.

use std::time::Duration;

use async_trait::async_trait;
use cardkey_audit::{HourCount, Hours, StatisticsReader};
use cardkey_domain::{Timestamp, UserId};
use cardkey_events::StoreError;
use sea_orm::{DbBackend, Value};

use super::chain::day_of;
use crate::database::Database;
use crate::sql::{Row, all, params};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[async_trait]
impl StatisticsReader for Database {
    async fn hour_counts(&self, hours: Hours) -> Result<Vec<HourCount>, StoreError> {
        let Hours { from, to } = hours;
        let sql = format!(
            "SELECT hour, action, status, level, {} AS n FROM ({COUNTED_HOURS}) AS counted \
             GROUP BY hour, action, status, level",
            sum(self.backend())
        );
        let rows = all(self.reads(), &sql, params![from, to, from, to]).await?;
        let count = |row: &Row| {
            Ok(HourCount {
                hour: row.get("hour")?,
                action: row.get("action")?,
                status: row.word("status")?,
                level: row.word("level")?,
                count: row.get("n")?,
            })
        };
        rows.iter().map(count).collect()
    }

    async fn busiest(&self, hours: Hours, limit: u32) -> Result<Vec<(UserId, u64)>, StoreError> {
        let Hours { from, to } = hours;
        // Whole days are counted already; what is left at either end is counted from the index of times.
        let (first, last) = (day_of(from.plus(DAY - Duration::from_micros(1))), day_of(to));
        let (parts, mut values) = if first < last {
            let edges = format!("{RAW} UNION ALL {RAW} UNION ALL {COUNTED}");
            (edges, [span(from, first), span(last, to), span(first, last), span(first, last)].concat())
        } else {
            (RAW.to_owned(), span(from, to))
        };
        values.extend(params![limit]);
        let sql = format!(
            "SELECT user_id, {} AS n FROM ({parts}) AS counted GROUP BY user_id ORDER BY n DESC, user_id LIMIT ?",
            sum(self.backend())
        );
        let rows = all(self.reads(), &sql, values).await?;
        rows.iter().map(|row| Ok((row.get("user_id")?, row.get("n")?))).collect()
    }
}

/// Counts of hours between two moments, given twice; whole hours are what it is made for.
pub(super) const COUNTED_HOURS: &str = "SELECT hour, action, status, level, row_count FROM audit_hours WHERE hour >= ? AND hour < ? \
     UNION ALL SELECT occurred_at - occurred_at % 3600000000 AS hour, action, status, level, 1 AS row_count \
     FROM audit_logs WHERE chain_seq IS NULL AND occurred_at + 0 >= ? AND occurred_at + 0 < ?";

const RAW: &str = "SELECT user_id, COUNT(*) AS row_count FROM audit_logs \
                   WHERE occurred_at >= ? AND occurred_at < ? AND user_id IS NOT NULL GROUP BY user_id";

const COUNTED: &str = "SELECT user_id, row_count FROM audit_user_days WHERE day >= ? AND day < ? \
                       UNION ALL SELECT user_id, 1 AS row_count FROM audit_logs WHERE chain_seq IS NULL \
                       AND occurred_at + 0 >= ? AND occurred_at + 0 < ? AND user_id IS NOT NULL";

fn span(from: Timestamp, to: Timestamp) -> Vec<Value> {
    params![from, to]
}

/// The sum as a 64-bit number: PostgreSQL and MySQL would sum to decimals.
pub(super) fn sum(backend: DbBackend) -> &'static str {
    if backend == DbBackend::MySql { "CAST(SUM(row_count) AS SIGNED)" } else { "CAST(SUM(row_count) AS BIGINT)" }
}
