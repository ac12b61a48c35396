//! Whom announcements are for. Audiences are resolved by the database; only those an operator named one by one are ever read as a list.

use std::collections::BTreeSet;

use cardkey_announce::Reader;
use cardkey_announce::model::{Announcement, AudienceKind, Unconfirmed};
use cardkey_domain::{AnnouncementId, Id, Page, PageRequest, UserId};
use cardkey_events::StoreError;
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::sql::{Param, all, number, params, places};

pub(super) async fn subjects(
    db: &Database,
    id: AnnouncementId,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<Uuid>, StoreError> {
    let sql = "SELECT subject FROM announcement_audience WHERE announcement_id = ? AND subject > ? \
               ORDER BY subject LIMIT ?";
    let values = params![id, after.unwrap_or(Uuid::nil()), limit];
    all(db.reads(), sql, values).await?.iter().map(|row| row.get("subject")).collect()
}

pub(super) async fn unknown(db: &Database, kind: AudienceKind, subjects: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let table = match kind {
        AudienceKind::All => return Ok(subjects.to_vec()),
        AudienceKind::App => "apps",
        AudienceKind::Group => "user_groups",
        AudienceKind::Users => "users",
    };
    let mut known = BTreeSet::new();
    for some in subjects.chunks(500) {
        let sql = format!("SELECT id FROM {table} WHERE id IN ({})", places(some.len()));
        let values = some.iter().map(|id| id.value()).collect();
        for row in all(db.reads(), &sql, values).await? {
            known.insert(row.get::<Uuid>("id")?);
        }
    }
    Ok(subjects.iter().filter(|subject| !known.contains(subject)).copied().collect())
}

pub(super) async fn reader(db: &Database, user: UserId) -> Result<Reader, StoreError> {
    let apps = "SELECT DISTINCT app_id FROM licences WHERE owner_id = ? ORDER BY app_id";
    let groups = "SELECT group_id FROM user_group_members WHERE user_id = ? ORDER BY group_id";
    let apps = all(db.reads(), apps, params![user]).await?;
    let groups = all(db.reads(), groups, params![user]).await?;
    Ok(Reader {
        user_id: user,
        app_ids: apps.iter().map(|row| row.get("app_id")).collect::<Result<_, _>>()?,
        group_ids: groups.iter().map(|row| row.get("group_id")).collect::<Result<_, _>>()?,
    })
}

pub(super) async fn reach(db: &Database, announcement: &Announcement) -> Result<u64, StoreError> {
    let (members, values) = members(announcement);
    let sql = format!("SELECT COUNT(*) AS n FROM users AS u WHERE u.status = 'active'{members}");
    number(db.reads(), &sql, values).await
}

pub(super) async fn unconfirmed(
    db: &Database,
    announcement: &Announcement,
    page: &PageRequest,
) -> Result<Page<Unconfirmed>, StoreError> {
    let (members, named) = members(announcement);
    let before = if page.before().is_some() { " AND u.id < ?" } else { "" };
    let sql = format!(
        "SELECT u.id, u.name, r.delivered_at, r.read_at FROM users AS u LEFT JOIN announcement_receipts AS r \
         ON r.announcement_id = ? AND r.user_id = u.id \
         WHERE u.status = 'active' AND r.confirmed_at IS NULL{members}{before} ORDER BY u.id DESC LIMIT ? OFFSET ?"
    );
    let mut values = params![announcement.id];
    values.extend(named);
    values.extend(page.before().map(Param::value));
    values.extend(params![u64::from(page.size()) + 1, page.offset()]);
    let rows = all(db.reads(), &sql, values).await?;
    let rows = rows.iter().map(|row| {
        Ok(Unconfirmed {
            user_id: row.get("id")?,
            name: row.get("name")?,
            delivered_at: row.opt("delivered_at")?,
            read_at: row.opt("read_at")?,
        })
    });
    let rows = rows.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::from_rows(rows, page, 0, |row: &Unconfirmed| row.user_id.uuid()))
}

/// The condition that the account `u` is of the audience, with its values.
fn members(announcement: &Announcement) -> (String, Vec<Value>) {
    let of = match announcement.audience {
        AudienceKind::All => return (String::new(), Vec::new()),
        AudienceKind::Users => "SELECT s.subject FROM announcement_audience AS s",
        AudienceKind::App => {
            "SELECT l.owner_id FROM announcement_audience AS s JOIN licences AS l ON l.app_id = s.subject"
        }
        AudienceKind::Group => {
            "SELECT m.user_id FROM announcement_audience AS s JOIN user_group_members AS m ON m.group_id = s.subject"
        }
    };
    (format!(" AND u.id IN ({of} WHERE s.announcement_id = ?)"), params![announcement.id])
}
