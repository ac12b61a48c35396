use async_trait::async_trait;
use cardkey_domain::{BlacklistId, BlacklistSubject, Id, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use cardkey_licensing::BlacklistRepository;
use cardkey_licensing::model::BlacklistEntry;
use sea_orm::Value;

use crate::database::Database;
use crate::sql::{Param, Pick, Row, all, execute, one, params, places, won};
use crate::work::Work;

/// Subjects looked up by one statement.
const MOST_SUBJECTS: usize = 500;

#[async_trait]
impl BlacklistRepository for Work {
    async fn insert(&mut self, entry: &BlacklistEntry) -> Result<(), StoreError> {
        let sql = "INSERT INTO blacklist_entries (id, kind, subject, reason, ends_at, created_by, created_at, lifted_at) \
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        let values = params![
            entry.id,
            entry.subject.kind(),
            entry.subject.to_string(),
            &entry.reason,
            entry.until,
            entry.created_by,
            entry.created_at,
            entry.lifted_at,
        ];
        execute(self.on(), sql, values).await.map(|_| ())
    }

    async fn lift(&mut self, id: BlacklistId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE blacklist_entries SET lifted_at = ? WHERE id = ? AND lifted_at IS NULL";
        won(self.on(), sql, params![now, id]).await
    }
}

/// Entries that hold against any of the subjects.
pub(crate) async fn in_force_against(
    db: &Database,
    subjects: &[BlacklistSubject],
    now: Timestamp,
) -> Result<Vec<BlacklistEntry>, StoreError> {
    let mut entries = Vec::new();
    for subjects in subjects.chunks(MOST_SUBJECTS) {
        let values: Vec<Value> = subjects.iter().map(|subject| subject.to_string().value()).collect();
        let condition = format!("subject IN ({})", places(subjects.len()));
        let pick = in_force(Pick::new().and(&condition, values), now);
        let sql = format!("SELECT * FROM blacklist_entries{}", pick.conditions());
        for row in all(db.reads(), &sql, pick.params()).await? {
            entries.push(entry(&row)?);
        }
    }
    Ok(entries)
}

pub(super) async fn find(db: &Database, id: BlacklistId) -> Result<Option<BlacklistEntry>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM blacklist_entries WHERE id = ?", params![id]).await?;
    row.map(|row| entry(&row)).transpose()
}

pub(super) async fn list(
    db: &Database,
    at: Option<Timestamp>,
    kind: Option<&str>,
    page: PageRequest,
) -> Result<Page<BlacklistEntry>, StoreError> {
    let pick = Pick::new().and_opt("kind = ?", kind);
    let pick = match at {
        Some(now) => in_force(pick, now),
        None => pick,
    };
    pick.page(db.reads(), "blacklist_entries", page, entry, |entry| entry.id.uuid()).await
}

fn in_force(pick: Pick, now: Timestamp) -> Pick {
    pick.and("lifted_at IS NULL", []).and("(ends_at IS NULL OR ends_at > ?)", [now.value()])
}

fn entry(row: &Row) -> Result<BlacklistEntry, StoreError> {
    Ok(BlacklistEntry {
        id: row.get("id")?,
        subject: row.word("subject")?,
        reason: row.get("reason")?,
        until: row.opt("ends_at")?,
        created_by: row.opt("created_by")?,
        created_at: row.get("created_at")?,
        lifted_at: row.opt("lifted_at")?,
    })
}
