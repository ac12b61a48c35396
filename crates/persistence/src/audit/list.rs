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
        let mut starts = starts(filter);
        // A text is looked for as far back as a page may take; the cursor leads on from there.
        let looked_to = match filter.text {
            Some(_) => bound(self, &mut starts, page.before()).await?,
            None => None,
        };
        let rows = merge(&starts).rows(self.reads(), *page).await?;
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let is_all = filter.text.is_some() && page.offset() == 0 && rows.len() <= page.size() as usize;
        let total = if is_all { rows.len() as u64 } else { count(self, filter, starts).await? };
        let mut page = Page::from_rows(entries, page, total, |entry| entry.id.uuid());
        page.next = page.next.or(looked_to.map(Cursor::at));
        Ok(page)
    }

    async fn rows(&self, filter: &AuditFilter, page: &PageRequest) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = merge(&starts(filter)).rows(self.reads(), *page).await?;
        rows.iter().take(page.size() as usize).map(entry).collect()
    }
}

/// Leaves to the starts the rows that are looked at before a place; returns where they end, if not at the end of the log.
async fn bound(db: &Database, starts: &mut [Start], before: Option<Uuid>) -> Result<Option<Uuid>, StoreError> {
    let mut end = None;
    for start in &*starts {
        end = end.max(start.end_of_look(db, before).await?);
    }
    for start in starts {
        start.range = std::mem::take(&mut start.range).and_opt("id < ?", before).and_opt("id >= ?", end);
    }
    Ok(end)
}

/// How many rows there are: of a text among those that the page looks at, of several conditions among the newest.
async fn count(db: &Database, filter: &AuditFilter, mut starts: Vec<Start>) -> Result<u64, StoreError> {
    if filter.text.is_none() && starts.iter().any(Start::has_several) {
        bound(db, &mut starts, None).await?;
    }
    let mut total = 0;
    for start in starts {
        total += start.whole().count(db.reads(), "audit_logs", MOST_COUNTED - total).await?;
    }
    Ok(total)
}

fn merge(starts: &[Start]) -> Merge {
    Merge::of("audit_logs", starts.iter().map(Start::whole).collect())
}

/// Conditions that must all hold.
#[derive(Clone, Default)]
struct Start {
    /// Those that bound the identifiers.
    range: Pick,
    /// The others, the one first that is likely to leave least.
    conditions: Vec<(&'static str, Vec<Value>)>,
}

impl Start {
    fn add<P: Param>(&mut self, condition: &'static str, value: Option<P>) {
        if let Some(value) = value {
            self.conditions.push((condition, vec![value.value()]));
        }
    }

    fn whole(&self) -> Pick {
        let range = self.range.clone();
        self.conditions.iter().fold(range, |pick, (condition, values)| pick.and(condition, values.clone()))
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

/// The filter as starts that do not overlap: an action has those below it, which another index range yields.
fn starts(filter: &AuditFilter) -> Vec<Start> {
    let range = Pick::new()
        .and_opt("id >= ?", filter.from.map(|from| first_id(from.minus(SLACK))))
        .and_opt("id < ?", filter.to.map(|to| first_id(to.plus(SLACK))));
    let start = Start { range, conditions: Vec::new() };
    match filter.action.as_deref() {
        None => vec![with_rest(start, filter, None)],
        Some(noun) if !noun.contains('.') => vec![with_rest(start, filter, Some(("noun = ?", vec![noun.value()])))],
        Some(action) => {
            let below = vec![format!("{action}.").value(), format!("{action}/").value()];
            vec![
                with_rest(start.clone(), filter, Some(("action = ?", vec![action.value()]))),
                with_rest(start, filter, Some(("action >= ? AND action < ?", below))),
            ]
        }
    }
}

fn with_rest(mut start: Start, filter: &AuditFilter, action: Option<(&'static str, Vec<Value>)>) -> Start {
    let target = filter.target.as_ref();
    start.add("target_id = ?", target.and_then(|target| target.id.as_ref()));
    start.add("ip = ?", filter.ip);
    start.add("user_id = ?", filter.user_id);
    // The rare levels and endings have indexes of their own, which the database uses when the condition is spelt as theirs is.
    let rare_status = filter.status.filter(|status| *status != AuditStatus::Ok);
    start.add("status = ? AND status <> 'ok'", rare_status.map(AuditStatus::as_str));
    let rare_level = filter.level.filter(|level| *level != AuditLevel::Info);
    start.add("level = ? AND level <> 'INFO'", rare_level.map(AuditLevel::as_str));
    start.conditions.extend(action);
    start.add("target_kind = ?", target.and_then(|target| target.kind.as_ref()));
    if filter.status == Some(AuditStatus::Ok) {
        start.conditions.push((IS_OK, Vec::new()));
    }
    if filter.level == Some(AuditLevel::Info) {
        start.conditions.push((IS_INFO, Vec::new()));
    }
    // Not by the index of times: the identifiers are in the list's order already.
    start.add(FROM, filter.from);
    start.add(TO, filter.to);
    start.add(TEXT, filter.text.as_ref().map(|text| containing(&text.to_lowercase())));
    start
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
