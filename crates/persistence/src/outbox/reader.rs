//! What people look at.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cardkey_domain::{Cursor, EventId, Id, Page, PageRequest};
use cardkey_events::{Delivery, EventFilter, EventReader, StoreError, StoredEvent};

use super::{delivery, queue, stored};
use crate::database::Database;
use crate::sql::{Param, Pick, all, number, one, params, places};

/// Events are counted up to this.
const MOST_COUNTED: u64 = 10_000;

#[async_trait]
impl EventReader for Database {
    async fn events(&self, filter: &EventFilter, page: PageRequest) -> Result<Page<StoredEvent>, StoreError> {
        let pick = Pick::new()
            .and_opt("name = ?", filter.name.as_ref())
            .and_opt("occurred_at >= ?", filter.from)
            .and_opt("occurred_at < ?", filter.to);
        let rows = pick.rows(self.reads(), "SELECT * FROM outbox", page).await?;
        let events = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
        let total = pick.count(self.reads(), "outbox", MOST_COUNTED).await?;
        Ok(Page::from_rows(events, &page, total, |event| event.id.uuid()))
    }

    async fn event(&self, id: EventId) -> Result<Option<(StoredEvent, Vec<Delivery>)>, StoreError> {
        let Some(row) = one(self.reads(), "SELECT * FROM outbox WHERE id = ?", params![id]).await? else {
            return Ok(None);
        };
        let sql = "SELECT * FROM event_deliveries WHERE event_id = ? ORDER BY handler";
        let deliveries = all(self.reads(), sql, params![id]).await?;
        Ok(Some((stored(&row)?, deliveries.iter().map(delivery).collect::<Result<_, _>>()?)))
    }

    async fn dead(&self, page: PageRequest) -> Result<Page<(StoredEvent, Vec<Delivery>)>, StoreError> {
        let size = page.size() as usize;
        let mut ids = self.dead_ids(page).await?;
        let more = ids.len() > size;
        ids.truncate(size);
        let next = if more { ids.last().map(|last| Cursor::at(last.uuid())) } else { None };
        let events = queue::of(self.reads(), &ids).await?;
        let mut deliveries = self.dead_letters(&ids).await?;
        let item = |id: &EventId| Some((events.get(id)?.clone(), deliveries.remove(id)?));
        let items = ids.iter().filter_map(item).collect();
        let sql = "SELECT COUNT(DISTINCT event_id) AS n FROM event_deliveries WHERE state = 'dead'";
        Ok(Page { items, total: number(self.reads(), sql, Vec::new()).await?, next })
    }
}

impl Database {
    /// The events of a page, and one more where there is one.
    async fn dead_ids(&self, page: PageRequest) -> Result<Vec<EventId>, StoreError> {
        let pick = Pick::new().and("state = 'dead'", []).and_opt("event_id < ?", page.before());
        let sql = format!(
            "SELECT DISTINCT event_id FROM event_deliveries{} ORDER BY event_id DESC LIMIT ? OFFSET ?",
            pick.conditions()
        );
        let mut values = pick.params();
        values.extend([(u64::from(page.size()) + 1).value(), page.offset().value()]);
        all(self.reads(), &sql, values).await?.iter().map(|row| row.get("event_id")).collect()
    }

    async fn dead_letters(&self, ids: &[EventId]) -> Result<BTreeMap<EventId, Vec<Delivery>>, StoreError> {
        let mut letters: BTreeMap<EventId, Vec<Delivery>> = BTreeMap::new();
        if ids.is_empty() {
            return Ok(letters);
        }
        let sql = format!(
            "SELECT * FROM event_deliveries WHERE state = 'dead' AND event_id IN ({}) ORDER BY handler",
            places(ids.len())
        );
        for row in all(self.reads(), &sql, ids.iter().map(|id| id.value()).collect()).await? {
            let letter = delivery(&row)?;
            letters.entry(letter.event_id).or_default().push(letter);
        }
        Ok(letters)
    }
}
