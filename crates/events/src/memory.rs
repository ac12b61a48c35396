//! Events in memory, for tests and for programs that keep nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use cardkey_domain::{EventId, Id, Page, PageRequest, Timestamp};

use crate::{
    AuditEntry, AuditLog, Delivery, DeliveryState, Event, EventFilter, EventReader, EventStore, EventWork,
    HandledEvents, Happening, Outbox, Receipt, Receipts, StoreError, StoredEvent, Transaction,
};

/// Keeps events, failed deliveries and audit rows. Units of work are not kept apart: it is for one caller at a time.
#[derive(Clone, Default)]
pub struct MemoryEvents(Arc<Mutex<Tables>>);

#[derive(Clone, Default)]
struct Tables {
    events: BTreeMap<EventId, StoredEvent>,
    deliveries: BTreeMap<(EventId, String), Delivery>,
    handled: BTreeMap<(String, EventId), Timestamp>,
    audit: Vec<AuditEntry>,
}

struct Work {
    tables: Tables,
    store: MemoryEvents,
}

impl MemoryEvents {
    /// Puts a failed delivery there.
    pub fn put_delivery(&self, delivery: Delivery) {
        self.lock().deliveries.insert((delivery.event_id, delivery.handler.clone()), delivery);
    }

    /// The audit rows that were written.
    #[must_use]
    pub fn audit(&self) -> Vec<AuditEntry> {
        self.lock().audit.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn deliveries_of(&self, id: EventId) -> Vec<Delivery> {
        self.deliveries.values().filter(|delivery| delivery.event_id == id).cloned().collect()
    }
}

fn page<T>(newest_first: impl Iterator<Item = T>, request: PageRequest, id: impl Fn(&T) -> EventId) -> Page<T> {
    let all: Vec<T> = newest_first.collect();
    let total = all.len() as u64;
    let rows = all.into_iter().filter(|item| request.before().is_none_or(|before| id(item).uuid() < before));
    let skip = usize::try_from(request.offset()).unwrap_or(usize::MAX);
    let rows = rows.skip(skip).take(request.size() as usize + 1).collect();
    Page::from_rows(rows, &request, total, |item| id(item).uuid())
}

#[async_trait]
impl EventReader for MemoryEvents {
    async fn events(&self, filter: &EventFilter, request: PageRequest) -> Result<Page<StoredEvent>, StoreError> {
        let tables = self.lock();
        let wanted = |event: &&StoredEvent| {
            filter.name.as_ref().is_none_or(|name| *name == event.name)
                && filter.from.is_none_or(|from| event.at >= from)
                && filter.to.is_none_or(|to| event.at < to)
        };
        Ok(page(tables.events.values().rev().filter(wanted).cloned(), request, |event| event.id))
    }

    async fn event(&self, id: EventId) -> Result<Option<(StoredEvent, Vec<Delivery>)>, StoreError> {
        let tables = self.lock();
        Ok(tables.events.get(&id).map(|event| (event.clone(), tables.deliveries_of(id))))
    }

    async fn dead(&self, request: PageRequest) -> Result<Page<(StoredEvent, Vec<Delivery>)>, StoreError> {
        let tables = self.lock();
        let dead = tables.events.values().rev().filter_map(|event| {
            let mut deliveries = tables.deliveries_of(event.id);
            deliveries.retain(|delivery| delivery.state == DeliveryState::Dead);
            (!deliveries.is_empty()).then(|| (event.clone(), deliveries))
        });
        Ok(page(dead, request, |(event, _)| event.id))
    }
}

#[async_trait]
impl EventStore for MemoryEvents {
    async fn begin(&self) -> Result<Box<dyn EventWork>, StoreError> {
        Ok(Box::new(Work { tables: self.lock().clone(), store: self.clone() }))
    }
}

#[async_trait]
impl EventWork for Work {
    fn handled(&mut self) -> &mut dyn HandledEvents {
        self
    }

    async fn requeue(&mut self, event: Option<EventId>, now: Timestamp) -> Result<u64, StoreError> {
        let meant = |delivery: &&mut Delivery| {
            delivery.state == DeliveryState::Dead && event.is_none_or(|event| event == delivery.event_id)
        };
        let mut count = 0;
        for delivery in self.tables.deliveries.values_mut().filter(meant) {
            (delivery.state, delivery.attempts, delivery.next_at) = (DeliveryState::Pending, 0, now);
            count += 1;
        }
        Ok(count)
    }
}

#[async_trait]
impl HandledEvents for Work {
    async fn note(&mut self, handler: &str, events: &[EventId], now: Timestamp) -> Result<Vec<EventId>, StoreError> {
        let first = |id: &&EventId| self.tables.handled.insert((handler.to_owned(), **id), now).is_none();
        Ok(events.iter().filter(first).copied().collect())
    }
}

#[async_trait]
impl Transaction for Work {
    fn outbox(&mut self) -> &mut dyn Outbox {
        self
    }

    fn audit_log(&mut self) -> &mut dyn AuditLog {
        self
    }

    fn receipts(&mut self) -> &mut dyn Receipts {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        *self.store.lock() = self.tables;
        Ok(())
    }
}

#[async_trait]
impl Outbox for Work {
    async fn append(&mut self, event: &Event) -> Result<(), StoreError> {
        let (name, data) = event.happening.to_parts();
        let stored = StoredEvent {
            id: event.id,
            at: event.at,
            actor: serde_json::to_value(&event.actor).map_err(|error| StoreError::Backend(error.into()))?,
            request_id: event.request_id.clone(),
            name,
            schema_version: Happening::SCHEMA,
            data,
            delivered_at: None,
        };
        self.tables.events.insert(event.id, stored);
        Ok(())
    }
}

#[async_trait]
impl AuditLog for Work {
    async fn append(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.tables.audit.push(entry.clone());
        Ok(())
    }
}

#[async_trait]
impl Receipts for Work {
    /// Whoever keeps events alone replays no replies.
    async fn keep(&mut self, _: &Receipt) -> Result<(), StoreError> {
        Ok(())
    }
}
