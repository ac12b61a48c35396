use async_trait::async_trait;
use cardkey_announce::model::{Announcement, AnnouncementFilter, AnnouncementKind, Priority, Reach, State};
use cardkey_announce::{AnnouncementRepository, Seq};
use cardkey_domain::{AnnouncementId, Id, Page, PageRequest, Timestamp, UserId};
use cardkey_events::StoreError;
use sea_orm::Value;
use sea_orm::sqlx::types::Uuid;

use crate::database::Database;
use crate::journal::insert;
use crate::sql::{On, Param, Pick, Row, after_prefix, all, execute, one, params, won};
use crate::work::Work;

const COLUMNS: &str = "id, kind, title, title_key, content, html, priority, state, audience_kind, must_confirm, publish_at, \
                       published_at, expires_at, created_by, source, notice, created_at, updated_at, seq";
const WIDTH: usize = 19;

#[async_trait]
impl AnnouncementRepository for Work {
    async fn insert(&mut self, announcement: &Announcement, subjects: &[Uuid]) -> Result<(), StoreError> {
        insert(self.on(), "announcements", COLUMNS, WIDTH, values(announcement).into()).await?;
        name(self.on(), announcement.id, subjects).await
    }

    async fn insert_notices(&mut self, notices: &[(Announcement, UserId)]) -> Result<(), StoreError> {
        let rows = notices.iter().flat_map(|(notice, _)| values(notice)).collect();
        insert(self.on(), "announcements", COLUMNS, WIDTH, rows).await?;
        let named = notices.iter().flat_map(|(notice, user)| params![notice.id, *user]).collect();
        insert(self.on(), "announcement_audience", "announcement_id, subject", 2, named).await
    }

    async fn update(
        &mut self,
        announcement: &Announcement,
        subjects: &[Uuid],
        seen: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE announcements SET kind = ?, title = ?, title_key = ?, content = ?, html = ?, priority = ?, \
                   state = ?, audience_kind = ?, must_confirm = ?, publish_at = ?, expires_at = ?, updated_at = ? \
                   WHERE id = ? AND updated_at = ? AND state IN ('draft', 'scheduled')";
        let values = params![
            announcement.kind.as_str(),
            &announcement.title,
            title_key(announcement),
            &announcement.content,
            &announcement.html,
            announcement.priority.as_str(),
            announcement.state.as_str(),
            announcement.audience.as_str(),
            announcement.must_confirm,
            announcement.publish_at,
            announcement.expires_at,
            announcement.updated_at,
            announcement.id,
            seen,
        ];
        if !won(self.on(), sql, values).await? {
            return Ok(false);
        }
        let forget = "DELETE FROM announcement_audience WHERE announcement_id = ?";
        execute(self.on(), forget, params![announcement.id]).await?;
        name(self.on(), announcement.id, subjects).await?;
        Ok(true)
    }

    async fn publish(&mut self, id: AnnouncementId, seen: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE announcements SET state = 'published', published_at = ?, updated_at = ? \
                   WHERE id = ? AND updated_at = ? AND state IN ('draft', 'scheduled')";
        won(self.on(), sql, params![now, now, id, seen]).await
    }

    async fn set_seq(&mut self, id: AnnouncementId, seq: Seq) -> Result<(), StoreError> {
        execute(self.on(), "UPDATE announcements SET seq = ? WHERE id = ?", params![seq.0, id]).await.map(|_| ())
    }

    async fn withdraw(&mut self, id: AnnouncementId, from: State, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE announcements SET state = 'withdrawn', updated_at = ? WHERE id = ? AND state = ?";
        won(self.on(), sql, params![now, id, from.as_str()]).await
    }

    async fn expire(&mut self, id: AnnouncementId, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE announcements SET state = 'expired', updated_at = ? \
                   WHERE id = ? AND state IN ('scheduled', 'published') AND expires_at <= ?";
        won(self.on(), sql, params![now, id, now]).await
    }
}

fn values(announcement: &Announcement) -> [Value; WIDTH] {
    [
        announcement.id.value(),
        announcement.kind.as_str().value(),
        (&announcement.title).value(),
        title_key(announcement).value(),
        (&announcement.content).value(),
        (&announcement.html).value(),
        announcement.priority.as_str().value(),
        announcement.state.as_str().value(),
        announcement.audience.as_str().value(),
        announcement.must_confirm.value(),
        announcement.publish_at.value(),
        announcement.published_at.value(),
        announcement.expires_at.value(),
        announcement.created_by.value(),
        announcement.source.value(),
        announcement.notice.value(),
        announcement.created_at.value(),
        announcement.updated_at.value(),
        announcement.seq.map(|seq| seq.0).value(),
    ]
}

async fn name(on: On<'_>, id: AnnouncementId, subjects: &[Uuid]) -> Result<(), StoreError> {
    let values: Vec<Value> = subjects.iter().flat_map(|subject| params![id, *subject]).collect();
    insert(on, "announcement_audience", "announcement_id, subject", 2, values).await
}

pub(super) async fn find(db: &Database, id: AnnouncementId) -> Result<Option<Announcement>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM announcements WHERE id = ?", params![id]).await?;
    row.map(|row| announcement(&row)).transpose()
}

pub(super) async fn find_by_source(db: &Database, source: Uuid) -> Result<Option<Announcement>, StoreError> {
    let row = one(db.reads(), "SELECT * FROM announcements WHERE source = ?", params![source]).await?;
    row.map(|row| announcement(&row)).transpose()
}

pub(super) async fn list(
    db: &Database,
    filter: &AnnouncementFilter,
    page: &PageRequest,
) -> Result<Page<Announcement>, StoreError> {
    let pick = Pick::new()
        .and("notice = ?", [false.value()])
        .and_opt("state = ?", filter.state.map(State::as_str))
        .and_opt("kind = ?", filter.kind.map(AnnouncementKind::as_str))
        .and_opt("priority = ?", filter.priority.map(Priority::as_str));
    let pick = match filter.q.as_deref().map(str::to_lowercase) {
        Some(q) => {
            let after = after_prefix(&q).unwrap_or_else(|| char::MAX.to_string());
            pick.and("title_key >= ? AND title_key < ?", [q.value(), after.value()])
        }
        None => pick,
    };
    pick.page(db.reads(), "announcements", *page, announcement, |row| row.id.uuid()).await
}

/// Those in a state whose time (the column given) has come, the earliest first.
pub(super) async fn due(
    db: &Database,
    time: &str,
    state: &str,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Announcement>, StoreError> {
    let sql = format!(
        "SELECT * FROM announcements WHERE notice = ? AND state = ? AND {time} <= ? ORDER BY {time}, id LIMIT ?"
    );
    all(db.reads(), &sql, params![false, state, now, limit]).await?.iter().map(announcement).collect()
}

pub(super) async fn keep_reach(db: &Database, id: AnnouncementId, reach: Reach) -> Result<(), StoreError> {
    let work = db.work();
    let sql = "UPDATE announcements SET reach = ?, reach_at = ? WHERE id = ?";
    execute(work.on(), sql, params![reach.accounts, reach.counted_at, id]).await?;
    work.keep().await
}

pub(super) fn announcement(row: &Row) -> Result<Announcement, StoreError> {
    Ok(Announcement {
        id: row.get("id")?,
        kind: row.word("kind")?,
        title: row.get("title")?,
        content: row.get("content")?,
        html: row.get("html")?,
        priority: row.word("priority")?,
        state: row.word("state")?,
        audience: row.word("audience_kind")?,
        must_confirm: row.get("must_confirm")?,
        publish_at: row.opt("publish_at")?,
        published_at: row.opt("published_at")?,
        expires_at: row.opt("expires_at")?,
        created_by: row.opt("created_by")?,
        source: row.opt("source")?,
        notice: row.get("notice")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        seq: row.opt::<u64>("seq")?.map(Seq),
        reach: match (row.opt("reach")?, row.opt("reach_at")?) {
            (Some(accounts), Some(counted_at)) => Some(Reach { accounts, counted_at }),
            _ => None,
        },
    })
}

/// What a search by the beginning of the title looks through.
fn title_key(announcement: &Announcement) -> String {
    announcement.title.as_str().to_lowercase()
}
