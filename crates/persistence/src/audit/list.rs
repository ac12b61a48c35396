//! The search of the audit log (AUD-02).

use std::time::Duration;

use async_trait::async_trait;
use cardkey_audit::{AuditFilter, AuditReader};
use cardkey_domain::{Cursor, Id, Page, PageRequest};
use cardkey_events::{AuditEntry, AuditLevel, AuditStatus, StoreError};
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::licensing::first_id;
use crate::sql::{Merge, Param, Pick, Row, containing, one};

/// Rows are counted up to this.
const MOST_COUNTED: u64 = 10_000;

/// Rows that the first condition leaves and that are looked at for the others, so many: for the total where several must agree, and
/// for the page too where one of them is a text, which no index finds.
const MOST_LOOKED_AT: u64 = 15_000;

/// How far a row's time may be from the time in its identifier: both are made in one breath.
const SLACK: Duration = Duration::from_secs(60 * 60);

#[async_trait]
impl AuditReader for Database {
    async fn list(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Page<AuditEntry>, StoreError> {
        let mut search = search(filter);
        // A text is looked for as far back as a page may take; the cursor leads on from there.
        let looked_to = match filter.text {
            Some(_) => search.bound(self, page.before()).await?,
            None => None,
        };
        let rows = search.merge().rows(self.reads(), *page).await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let is_all = filter.text.is_some() && page.offset() == 0 && rows.len() <= page.size() as usize;
        let total = if is_all { rows.len() as u64 } else { count(self, filter, search).await? };
        let mut page = Page::from_rows(entries, page, total, |entry| entry.id.uuid());
        page.next = page.next.or(looked_to.map(Cursor::at));
        Ok(page)
    }

    async fn rows(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = search(filter).merge().rows(self.reads(), *page).await?;
        rows.iter().take(page.size() as usize).map(entry).collect()
    }
}

/// How many rows there are: of a text among those that the page looks at, of several conditions among the newest.
async fn count(db: &Database, filter: &AuditFilter, mut search: Search) -> Result<u64, StoreError> {
    if filter.text.is_none() && search.has_several() {
        search.bound(db, None).await?;
    }
    search.whole().count(db.reads(), "audit_logs", MOST_COUNTED).await
}

/// Conditions that must all hold.
struct Search {
    /// Those that bound the identifiers.
    range: Pick,
    /// The others, the one first that is likely to leave least.
    conditions: Vec<(&'static str, Vec<Value>)>,
}

impl Search {
    fn add<P: Param>(&mut self, condition: &'static str, value: Option<P>) {
        if let Some(value) = value {
            self.conditions.push((condition, vec![value.value()]));
        }
    }

    fn whole(&self) -> Pick {
        let range = self.range.clone();
        self.conditions.iter().fold(range, |pick, (condition, values)| pick.and(condition, values.clone()))
    }

    fn merge(&self) -> Merge {
        Merge::of("audit_logs", vec![self.whole()])
    }

    /// Leaves the rows that are looked at before a place; returns where they end, if not at the end of the log.
    async fn bound(&mut self, db: &Database, before: Option<Uuid>) -> Result<Option<Uuid>, StoreError> {
        let end = self.end_of_look(db, before).await?;
        self.range = std::mem::take(&mut self.range).and_opt("id < ?", before).and_opt("id >= ?", end);
        Ok(end)
    }

    /// Whether rows have to be looked at one by one.
    fn has_several(&self) -> bool {
        self.conditions.len() > 1
    }

    /// Where the last of the rows stands that are looked at; none where all are.
    async fn end_of_look(&self, db: &Database, before: Option<Uuid>) -> Result<Option<Uuid>, StoreError> {
        let lead = self.range.clone().and_opt("id < ?", before);
        let by_index = self.conditions.first().filter(|(condition, _)| !SLOW.contains(condition));
        let lead = by_index.into_iter().fold(lead, |pick, (condition, values)| pick.and(condition, values.clone()));
        let sql = format!("SELECT id FROM audit_logs{} ORDER BY id DESC LIMIT 1 OFFSET ?", lead.conditions());
        let mut params = lead.params();
        params.push((MOST_LOOKED_AT - 1).value());
        one(db.reads(), &sql, params).await?.map(|row| row.get("id")).transpose()
    }
}

const TEXT: &str = "search LIKE ? ESCAPE '!'";
const FROM: &str = "occurred_at + 0 >= ?";
const TO: &str = "occurred_at + 0 < ?";
const IS_OK: &str = "status = 'ok'";
const IS_INFO: &str = "level = 'INFO'";

/// What no index finds.
const SLOW: [&str; 5] = [TEXT, FROM, TO, IS_OK, IS_INFO];

/// What a filter asks of a row.
fn search(filter: &AuditFilter) -> Search {
    let range = Pick::new()
        .and_opt("id >= ?", filter.from.map(|from| first_id(from.minus(SLACK))))
        .and_opt("id < ?", filter.to.map(|to| first_id(to.plus(SLACK))));
    let mut search = Search { range, conditions: Vec::new() };
    let (action, noun) = match filter.action.as_deref() {
        Some(action) if action.contains('.') => (Some(action), None),
        noun => (None, noun),
    };
    let target = filter.target.as_ref();
    search.add("target_id = ?", target.and_then(|target| target.id.as_ref()));
    search.add("ip = ?", filter.ip);
    search.add("user_id = ?", filter.user_id);
    // The rare levels and endings have indexes of their own, which the database uses when the condition is spelt as theirs is.
    let rare_status = filter.status.filter(|status| *status != AuditStatus::Ok);
    search.add("status = ? AND status <> 'ok'", rare_status.map(AuditStatus::as_str));
    let rare_level = filter.level.filter(|level| *level != AuditLevel::Info);
    search.add("level = ? AND level <> 'INFO'", rare_level.map(AuditLevel::as_str));
    search.add("action = ?", action);
    search.add("noun = ?", noun);
    search.add("target_kind = ?", target.and_then(|target| target.kind.as_ref()));
    if filter.status == Some(AuditStatus::Ok) {
        search.conditions.push((IS_OK, Vec::new()));
    }
    if filter.level == Some(AuditLevel::Info) {
        search.conditions.push((IS_INFO, Vec::new()));
    }
    // Not by the index of times: the identifiers are in the list's order already.
    search.add(FROM, filter.from);
    search.add(TO, filter.to);
    search.add(TEXT, filter.text.as_ref().map(|text| containing(&text.to_lowercase())));
    search
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
