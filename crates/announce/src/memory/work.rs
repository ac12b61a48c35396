use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cardkey_domain::{AnnouncementId, EventId, Id, Timestamp, UserId};
use cardkey_events::{
    AuditEntry, AuditLog, Constraint, Event, HandledEvents, Outbox, Receipt, Receipts, StoreError, Transaction,
};
use futures::lock::OwnedMutexGuard;
use uuid::Uuid;

use super::lock;
use super::rows::Rows;
use crate::model::{Announcement, Mark, Marked, State};
use crate::{AnnouncementRepository, LiveLog, MarkRepository, Seq, UnitOfWork};

/// A unit of work: a copy of everything, and the right to be the only one.
pub(super) struct MemoryWork {
    rows: Rows,
    committed: Arc<Mutex<Rows>>,
    _turn: OwnedMutexGuard<()>,
}

impl MemoryWork {
    pub(super) fn new(rows: Rows, committed: Arc<Mutex<Rows>>, turn: OwnedMutexGuard<()>) -> Self {
        Self { rows, committed, _turn: turn }
    }

    pub(super) fn rows(&mut self) -> &mut Rows {
        &mut self.rows
    }

    /// Changes an announcement that is in one of the states; false when there is none.
    fn change(&mut self, id: AnnouncementId, states: &[State], change: impl FnOnce(&mut Announcement) -> bool) -> bool {
        self.rows.announcements.get_mut(&id).filter(|row| states.contains(&row.state)).is_some_and(change)
    }
}

#[async_trait]
impl Transaction for MemoryWork {
    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn audit_log(&mut self) -> &mut dyn AuditLog {
        self
    }

    fn receipts(&mut self) -> &mut dyn Receipts {
        self
    }

    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        *lock(&self.committed) = mem::take(&mut self.rows);
        Ok(())
    }
}

impl UnitOfWork for MemoryWork {
    fn announcements(&mut self) -> &mut dyn AnnouncementRepository {
        self
    }

    fn marks(&mut self) -> &mut dyn MarkRepository {
        self
    }

    fn live_log(&mut self) -> &mut dyn LiveLog {
        self
    }

    fn handled(&mut self) -> &mut dyn HandledEvents {
        self
    }
}

#[async_trait]
impl HandledEvents for MemoryWork {
    async fn note(&mut self, handler: &str, events: &[EventId], _: Timestamp) -> Result<Vec<EventId>, StoreError> {
        let handled = &mut self.rows.handled;
        Ok(events.iter().copied().filter(|event| handled.insert((handler.to_owned(), *event))).collect())
    }
}

#[async_trait]
impl Outbox for MemoryWork {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        self.rows.events.push(event.clone());
        Ok(())
    }
}

#[async_trait]
impl AuditLog for MemoryWork {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.rows.audit_rows.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Receipts for MemoryWork {
    async fn keep(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        let key = (receipt.scope.clone(), receipt.key.clone());
        if self.rows.receipts.contains_key(&key) {
            return Err(StoreError::Conflict(Constraint::Receipt));
        }
        self.rows.receipts.insert(key, receipt.clone());
        Ok(())
    }
}

const UNPUBLISHED: [State; 2] = [State::Draft, State::Scheduled];

#[async_trait]
impl AnnouncementRepository for MemoryWork {
    async fn insert(&mut self, announcement: &Announcement, subjects: &[Uuid]) -> Result<(), StoreError> {
        let mut others = self.rows.announcements.values();
        if announcement.source.is_some() && others.any(|other| other.source == announcement.source) {
            return Err(StoreError::Conflict(Constraint::AnnouncementSource));
        }
        if self.rows.announcements.contains_key(&announcement.id) {
            return Err(StoreError::Conflict(Constraint::Other));
        }
        self.rows.announcements.insert(announcement.id, announcement.clone());
        self.rows.subjects.insert(announcement.id, subjects.iter().copied().collect());
        Ok(())
    }

    async fn insert_notices(&mut self, notices: &[(Announcement, UserId)]) -> Result<(), StoreError> {
        for (notice, user) in notices {
            self.insert(notice, &[user.uuid()]).await?;
        }
        Ok(())
    }

    async fn update(
        &mut self,
        announcement: &Announcement,
        subjects: &[Uuid],
        seen: Timestamp,
    ) -> Result<bool, StoreError> {
        let won = self.change(announcement.id, &UNPUBLISHED, |row| {
            let is_it = row.updated_at == seen;
            if is_it {
                *row = announcement.clone();
            }
            is_it
        });
        if won {
            self.rows.subjects.insert(announcement.id, subjects.iter().copied().collect::<BTreeSet<_>>());
        }
        Ok(won)
    }

    async fn publish(&mut self, id: AnnouncementId, seen: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.change(id, &UNPUBLISHED, |row| {
            let is_it = row.updated_at == seen;
            if is_it {
                row.state = State::Published;
                row.published_at = Some(now);
                row.updated_at = now;
            }
            is_it
        }))
    }

    async fn set_seq(&mut self, id: AnnouncementId, seq: Seq) -> Result<(), StoreError> {
        if let Some(row) = self.rows.announcements.get_mut(&id) {
            row.seq = Some(seq);
        }
        Ok(())
    }

    async fn withdraw(&mut self, id: AnnouncementId, from: State, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.change(id, &[from], |row| {
            row.state = State::Withdrawn;
            row.updated_at = now;
            true
        }))
    }

    async fn expire(&mut self, id: AnnouncementId, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.change(id, &[State::Scheduled, State::Published], |row| {
            let is_over = row.expires_at.is_some_and(|end| end <= now);
            if is_over {
                row.state = State::Expired;
                row.updated_at = now;
            }
            is_over
        }))
    }
}

#[async_trait]
impl MarkRepository for MemoryWork {
    async fn mark(
        &mut self,
        id: AnnouncementId,
        users: &[UserId],
        mark: Mark,
        now: Timestamp,
    ) -> Result<Marked, StoreError> {
        let mut marked = Marked::default();
        for user in users {
            let note = self.rows.notes.entry((id, *user)).or_default();
            marked.delivered += first(&mut note.delivered_at, now);
            if mark >= Mark::Read {
                marked.read += first(&mut note.read_at, now);
            }
            if mark >= Mark::Confirmed {
                marked.confirmed += first(&mut note.confirmed_at, now);
            }
        }
        if marked != Marked::default() {
            let hour = self.rows.hours.entry((id, hour_of(now))).or_default();
            hour.delivered += marked.delivered;
            hour.read += marked.read;
            hour.confirmed += marked.confirmed;
        }
        Ok(marked)
    }
}

fn first(at: &mut Option<Timestamp>, now: Timestamp) -> u64 {
    u64::from(at.replace(at.unwrap_or(now)).is_none())
}

fn hour_of(now: Timestamp) -> Timestamp {
    const HOUR: Duration = Duration::from_secs(3_600);
    let hour = i64::try_from(HOUR.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(now.micros() / hour * hour)
}
