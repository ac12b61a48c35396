use std::cmp::Reverse;
use std::collections::BTreeSet;

use async_trait::async_trait;
use cardkey_domain::{AnnouncementId, AppId, Id, Page, PageRequest, Timestamp, UserId};
use cardkey_events::StoreError;
use uuid::Uuid;

use super::rows::Rows;
use super::{MemoryStore, lock};
use crate::model::{
    Announcement, AnnouncementFilter, AudienceKind, HourCount, InboxFilter, InboxItem, Reach, State, Unconfirmed,
};
use crate::{AnnouncementReader, Reader};

#[async_trait]
impl AnnouncementReader for MemoryStore {
    async fn announcement(&self, id: AnnouncementId) -> Result<Option<Announcement>, StoreError> {
        Ok(lock(&self.committed).announcements.get(&id).cloned())
    }

    async fn announcement_of(&self, source: Uuid) -> Result<Option<Announcement>, StoreError> {
        Ok(lock(&self.committed).announcements.values().find(|row| row.source == Some(source)).cloned())
    }

    async fn announcements(
        &self,
        filter: &AnnouncementFilter,
        page: &PageRequest,
    ) -> Result<Page<Announcement>, StoreError> {
        let rows = lock(&self.committed);
        let found = rows.announcements.values().rev().filter(|row| agrees(filter, row)).cloned().collect();
        Ok(paged(found, page, |row: &Announcement| row.id.uuid()))
    }

    async fn subjects(&self, id: AnnouncementId, after: Option<Uuid>, limit: u32) -> Result<Vec<Uuid>, StoreError> {
        let rows = lock(&self.committed);
        let named = rows.subjects.get(&id).into_iter().flatten().copied();
        Ok(named.filter(|subject| after.is_none_or(|after| *subject > after)).take(limit as usize).collect())
    }

    async fn unknown(&self, kind: AudienceKind, subjects: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
        let rows = lock(&self.committed);
        let readers = rows.people.values().map(|(_, reader)| reader);
        let known: BTreeSet<Uuid> = match kind {
            AudienceKind::All => BTreeSet::new(),
            AudienceKind::App => readers.flat_map(|reader| reader.app_ids.iter().map(|id| id.uuid())).collect(),
            AudienceKind::Group => readers.flat_map(|reader| reader.group_ids.iter().map(|id| id.uuid())).collect(),
            AudienceKind::Users => readers.map(|reader| reader.user_id.uuid()).collect(),
        };
        Ok(subjects.iter().filter(|subject| !known.contains(subject)).copied().collect())
    }

    async fn app_names(&self, apps: &[AppId]) -> Result<Vec<(AppId, String)>, StoreError> {
        let names = &lock(&self.committed).apps;
        Ok(apps.iter().filter_map(|app| Some((*app, names.get(app)?.clone()))).collect())
    }

    async fn reader(&self, user: UserId) -> Result<Reader, StoreError> {
        let known = lock(&self.committed).people.get(&user).map(|(_, reader)| reader.clone());
        Ok(known.unwrap_or(Reader { user_id: user, app_ids: Vec::new(), group_ids: Vec::new() }))
    }

    async fn inbox(
        &self,
        reader: &Reader,
        filter: InboxFilter,
        page: &PageRequest,
        now: Timestamp,
    ) -> Result<Page<InboxItem>, StoreError> {
        let rows = lock(&self.committed);
        let mut found: Vec<_> =
            rows.inbox(reader, now).into_iter().filter(|item| !filter.unread || is_unread(item)).collect();
        let order = |row: &Announcement| {
            (if filter.newest_first { None } else { Some(row.priority) }, Reverse((row.published_at, row.id)))
        };
        found.sort_by_key(|item| order(&item.announcement));
        let total = found.len() as u64;
        let last = page.before().map(AnnouncementId::from_uuid).map(|id| rows.announcements.get(&id));
        let follows = |item: &InboxItem| match last {
            None => true,
            Some(None) => false,
            Some(Some(last)) => order(&item.announcement) > order(last),
        };
        let skip = usize::try_from(page.offset()).unwrap_or(usize::MAX);
        let wanted = found.into_iter().filter(follows).skip(skip).take(page.size() as usize + 1).collect();
        Ok(Page::from_rows(wanted, page, total, |item: &InboxItem| item.announcement.id.uuid()))
    }

    async fn unread(&self, reader: &Reader, now: Timestamp) -> Result<u64, StoreError> {
        Ok(lock(&self.committed).inbox(reader, now).iter().filter(|item| is_unread(item)).count() as u64)
    }

    async fn in_inbox(
        &self,
        reader: &Reader,
        id: AnnouncementId,
        now: Timestamp,
    ) -> Result<Option<InboxItem>, StoreError> {
        Ok(lock(&self.committed).inbox(reader, now).into_iter().find(|item| item.announcement.id == id))
    }

    async fn reach(&self, announcement: &Announcement) -> Result<u64, StoreError> {
        let rows = lock(&self.committed);
        Ok(rows.people.values().filter(|(_, reader)| rows.addresses(announcement, reader)).count() as u64)
    }

    async fn keep_reach(&self, id: AnnouncementId, reach: Reach) -> Result<(), StoreError> {
        if let Some(row) = lock(&self.committed).announcements.get_mut(&id) {
            row.reach = Some(reach);
        }
        Ok(())
    }

    async fn hours(&self, id: AnnouncementId) -> Result<Vec<HourCount>, StoreError> {
        let rows = lock(&self.committed);
        let own = rows.hours.iter().filter(|((of, _), _)| *of == id);
        Ok(own.map(|((_, from), marked)| HourCount { from: *from, marked: *marked }).collect())
    }

    async fn fold_counts(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn unconfirmed(
        &self,
        announcement: &Announcement,
        page: &PageRequest,
    ) -> Result<Page<Unconfirmed>, StoreError> {
        let rows = lock(&self.committed);
        let awaited = rows.people.iter().rev().filter_map(|(id, (name, reader))| {
            let note = rows.note(announcement.id, *id);
            let is_awaited = rows.addresses(announcement, reader) && note.confirmed_at.is_none();
            is_awaited.then(|| Unconfirmed {
                user_id: *id,
                name: name.clone(),
                delivered_at: note.delivered_at,
                read_at: note.read_at,
            })
        });
        let found = paged(awaited.collect(), page, |row: &Unconfirmed| row.user_id.uuid());
        Ok(Page { total: 0, ..found })
    }

    async fn due_to_publish(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        let rows = lock(&self.committed);
        let is_due = |row: &&Announcement| row.state == State::Scheduled && row.publish_at.is_some_and(|at| at <= now);
        let mut due: Vec<_> = rows.announcements.values().filter(is_due).cloned().collect();
        due.sort_by_key(|row| (row.publish_at, row.id));
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn due_to_expire(&self, now: Timestamp, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        let rows = lock(&self.committed);
        let is_due = |row: &&Announcement| {
            row.state == State::Published && !row.notice && row.expires_at.is_some_and(|at| at <= now)
        };
        let mut due: Vec<_> = rows.announcements.values().filter(is_due).cloned().collect();
        due.sort_by_key(|row| (row.expires_at, row.id));
        due.truncate(limit as usize);
        Ok(due)
    }

    async fn forget_notices(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        let mut rows = lock(&self.committed);
        let is_over = |row: &&Announcement| row.notice && row.expires_at.is_some_and(|end| end < before);
        let over: Vec<_> = rows.announcements.values().filter(is_over).map(|row| row.id).take(limit as usize).collect();
        for id in &over {
            rows.announcements.remove(id);
            rows.subjects.remove(id);
            rows.notes.retain(|(of, _), _| of != id);
            rows.hours.retain(|(of, _), _| of != id);
        }
        Ok(over.len() as u64)
    }
}

impl Rows {
    fn inbox(&self, reader: &Reader, now: Timestamp) -> Vec<InboxItem> {
        let shown = self.announcements.values().filter(|row| row.is_shown(now) && self.addresses(row, reader));
        let item = |row: &Announcement| {
            let note = self.note(row.id, reader.user_id);
            InboxItem {
                announcement: row.clone(),
                delivered_at: note.delivered_at,
                read_at: note.read_at,
                confirmed_at: note.confirmed_at,
            }
        };
        shown.map(item).collect()
    }
}

fn is_unread(item: &InboxItem) -> bool {
    item.read_at.is_none() || (item.announcement.must_confirm && item.confirmed_at.is_none())
}

fn agrees(filter: &AnnouncementFilter, row: &Announcement) -> bool {
    !row.notice
        && filter.kind.is_none_or(|kind| row.kind == kind)
        && filter.priority.is_none_or(|priority| row.priority == priority)
        && filter.state.is_none_or(|state| row.state == state)
        && filter.q.as_ref().is_none_or(|q| row.title.as_str().to_lowercase().starts_with(&q.to_lowercase()))
}

/// A page of what is ordered already.
fn paged<T>(found: Vec<T>, page: &PageRequest, id: impl Fn(&T) -> Uuid) -> Page<T> {
    let total = found.len() as u64;
    let wanted = found
        .into_iter()
        .filter(|row| page.before().is_none_or(|before| id(row) < before))
        .skip(usize::try_from(page.offset()).unwrap_or(usize::MAX))
        .take(page.size() as usize + 1)
        .collect();
    Page::from_rows(wanted, page, total, id)
}
