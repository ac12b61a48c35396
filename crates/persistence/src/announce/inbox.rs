//! What a reader sees.

use cardkey_announce::Reader;
use cardkey_announce::model::{InboxFilter, InboxItem};
use cardkey_domain::{AnnouncementId, Id, Page, PageRequest, Timestamp};
use cardkey_events::StoreError;
use sea_orm::Value;

use super::announcements::{announcement, find as announcement_of};
use crate::database::Database;
use crate::sql::{Param, Row, all, number, one, params, places};

/// Identifiers a reader is looked up by; of more, which nobody has, the rest is left out.
const MOST_SUBJECTS: usize = 2_000;

const UNREAD: &str = " AND (r.read_at IS NULL OR (a.must_confirm AND r.confirmed_at IS NULL))";

/// High comes first.
const RANK: &str = "CASE a.priority WHEN 'high' THEN 0 WHEN 'medium' THEN 1 ELSE 2 END";

/// A query under construction: all that a reader sees, and the values of its question marks.
struct Seen {
    sql: String,
    values: Vec<Value>,
}

impl Seen {
    fn by(reader: &Reader, now: Timestamp) -> Self {
        let subjects: Vec<Value> = reader.subjects().take(MOST_SUBJECTS).map(Param::value).collect();
        let sql = format!(
            " FROM (SELECT id FROM announcements WHERE audience_kind = 'all' AND state = 'published' \
             UNION SELECT announcement_id AS id FROM announcement_audience WHERE subject IN ({})) AS c \
             JOIN announcements AS a ON a.id = c.id \
             LEFT JOIN announcement_receipts AS r ON r.announcement_id = a.id AND r.user_id = ? \
             WHERE a.state = 'published' AND (a.expires_at IS NULL OR a.expires_at > ?)",
            places(subjects.len())
        );
        let mut values = subjects;
        values.extend(params![reader.user_id, now]);
        Self { sql, values }
    }

    fn and(mut self, condition: &str, values: impl IntoIterator<Item = Value>) -> Self {
        self.sql.push_str(condition);
        self.values.extend(values);
        self
    }

    async fn count(&self, db: &Database) -> Result<u64, StoreError> {
        number(db.reads(), &format!("SELECT COUNT(*) AS n{}", self.sql), self.values.clone()).await
    }
}

pub(super) async fn list(
    db: &Database,
    reader: &Reader,
    filter: InboxFilter,
    page: &PageRequest,
    now: Timestamp,
) -> Result<Page<InboxItem>, StoreError> {
    let seen = Seen::by(reader, now).and(if filter.unread { UNREAD } else { "" }, []);
    let total = seen.count(db).await?;
    let seen = match page.before() {
        None => seen,
        Some(last) => {
            let Some(last) = announcement_of(db, AnnouncementId::from_uuid(last)).await? else {
                return Ok(Page { items: Vec::new(), total, next: None });
            };
            let newer = "(a.published_at < ? OR (a.published_at = ? AND a.id < ?))";
            let older = params![last.published_at, last.published_at, last.id];
            if filter.newest_first {
                seen.and(&format!(" AND {newer}"), older)
            } else {
                let rank = last.priority as usize;
                let after = format!(" AND ({RANK} > ? OR ({RANK} = ? AND {newer}))");
                seen.and(&after, params![rank, rank].into_iter().chain(older))
            }
        }
    };
    let first = if filter.newest_first { String::new() } else { format!("{RANK}, ") };
    let sql = format!(
        "SELECT a.*, r.delivered_at, r.read_at, r.confirmed_at{} \
         ORDER BY {first}a.published_at DESC, a.id DESC LIMIT ? OFFSET ?",
        seen.sql
    );
    let mut values = seen.values;
    values.extend(params![u64::from(page.size()) + 1, page.offset()]);
    let items = all(db.reads(), &sql, values).await?.iter().map(item).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_rows(items, page, total, |item: &InboxItem| item.announcement.id.uuid()))
}

pub(super) async fn unread(db: &Database, reader: &Reader, now: Timestamp) -> Result<u64, StoreError> {
    Seen::by(reader, now).and(UNREAD, []).count(db).await
}

pub(super) async fn find(
    db: &Database,
    reader: &Reader,
    id: AnnouncementId,
    now: Timestamp,
) -> Result<Option<InboxItem>, StoreError> {
    let subjects: Vec<Value> = reader.subjects().take(MOST_SUBJECTS).map(Param::value).collect();
    let sql = format!(
        "SELECT a.*, r.delivered_at, r.read_at, r.confirmed_at FROM announcements AS a LEFT JOIN announcement_receipts AS r \
         ON r.announcement_id = a.id AND r.user_id = ? \
         WHERE a.id = ? AND a.state = 'published' AND (a.expires_at IS NULL OR a.expires_at > ?) \
         AND (a.audience_kind = 'all' OR EXISTS (SELECT 1 FROM announcement_audience AS s \
         WHERE s.announcement_id = a.id AND s.subject IN ({})))",
        places(subjects.len())
    );
    let mut values = params![reader.user_id, id, now];
    values.extend(subjects);
    one(db.reads(), &sql, values).await?.map(|row| item(&row)).transpose()
}

fn item(row: &Row) -> Result<InboxItem, StoreError> {
    Ok(InboxItem {
        announcement: announcement(row)?,
        delivered_at: row.opt("delivered_at")?,
        read_at: row.opt("read_at")?,
        confirmed_at: row.opt("confirmed_at")?,
    })
}
