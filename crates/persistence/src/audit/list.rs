//! The search of the audit log (AUD-02).

use std::time::Duration;

use async_trait::async_trait;
use cardkey_audit::{AuditFilter, AuditReader};
use cardkey_domain::{Id, Page, PageRequest};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus, StoreError};

use crate::database::Database;
use crate::licensing::first_id;
use crate::sql::{Merge, Param, Pick, Row, containing};

/// Rows are counted up to this.
const MOST_COUNTED: u64 = 100_000;

/// How far a row's time may be from the time in its identifier.
const SLACK: Duration = Duration::from_secs(24 * 60 * 60);

#[async_trait]
impl AuditReader for Database {
    async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let starts = by_action(filter.action.as_deref()).into_iter().map(|pick| rest(filter, pick)).collect();
        let merge = Merge::of("audit_logs", starts);
        let rows = merge.rows(self.reads(), *page).await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let total = merge.count(self.reads(), MOST_COUNTED).await?;
        Ok(Page::from_rows(entries, page, total, |entry| entry.id.uuid()))
    }
}

/// An action, or every action of a noun, each from an index in the list's order.
fn by_action(action: Option<&str>) -> Vec<Pick> {
    match action {
        None => vec![Pick::new()],
        Some(noun) if !noun.contains('.') => vec![Pick::new().and("noun = ?", [noun.value()])],
        Some(action) => {
            let below = [format!("{action}.").value(), format!("{action}/").value()];
            vec![Pick::new().and("action = ?", [action.value()]), Pick::new().and("action >= ? AND action < ?", below)]
        }
    }
}

fn rest(filter: &AuditFilter, pick: Pick) -> Pick {
    let target = filter.target.as_ref();
    let pick = pick
        .and_opt("user_id = ?", filter.user_id)
        .and_opt("target_kind = ?", target.and_then(|target| target.kind.as_ref()))
        .and_opt("target_id = ?", target.and_then(|target| target.id.as_ref()))
        .and_opt("ip = ?", filter.ip)
        .and_opt("occurred_at >= ?", filter.from)
        .and_opt("id >= ?", filter.from.map(|from| first_id(from.minus(SLACK))))
        .and_opt("occurred_at < ?", filter.to)
        .and_opt("id < ?", filter.to.map(|to| first_id(to.plus(SLACK))))
        .and_opt("search LIKE ? ESCAPE '!'", filter.text.as_ref().map(|text| containing(&text.to_lowercase())));
    // The rare levels and endings have indexes of their own, which the database uses when the condition is spelt as theirs is.
    let pick = match filter.level {
        Some(AuditLevel::Info) => pick.and("level = 'INFO'", []),
        Some(level) => pick.and("level = ? AND level <> 'INFO'", [level.as_str().value()]),
        None => pick,
    };
    match filter.status {
        Some(AuditStatus::Ok) => pick.and("status = 'ok'", []),
        Some(status) => pick.and("status = ? AND status <> 'ok'", [status.as_str().value()]),
        None => pick,
    }
}

fn entry(row: &Row) -> Result<AuditEntry, StoreError> {
    let details: String = row.get("details")?;
    Ok(AuditEntry {
        id: row.get("id")?,
        at: row.get("occurred_at")?,
        user_id: row.opt("user_id")?,
        actor: row.get("actor")?,
        action: row.get("action")?,
        target_kind: row.opt("target_kind")?,
        target_id: row.opt("target_id")?,
        ip: row.opt("ip")?,
        user_agent: row.opt("user_agent")?,
        request_id: row.get("request_id")?,
        status: row.word("status")?,
        level: row.word("level")?,
        code: row.opt("code")?,
        details: serde_json::from_str(&details).map_err(|error| StoreError::Backend(error.into()))?,
    })
}
