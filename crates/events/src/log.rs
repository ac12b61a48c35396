use std::sync::Arc;

use cardkey_domain::{Ambient, EventId, Page, PageRequest};
use serde::{Deserialize, Serialize};

use crate::{Call, Deed, Delivery, EventFilter, EventStore, Happening, StoreError, StoredEvent, record};

/// What happened, for people: the events that are kept, the dead letters, and their replay (EVT-02).
#[derive(Clone)]
pub struct EventLog {
    store: Arc<dyn EventStore>,
    ambient: Ambient,
}

/// What became of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replayed {
    /// How many dead letters wait to be tried again.
    pub deliveries: u64,
}

/// Why nothing is replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// There is no such event, or it is forgotten.
    #[error("no such event")]
    NotFound,
    /// No handler gave the event up.
    #[error("the event is no dead letter")]
    NotDead,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EventLog {
    /// Over a store.
    pub fn new(store: Arc<dyn EventStore>, ambient: Ambient) -> Self {
        Self { store, ambient }
    }

    /// Events, newest first.
    pub async fn list(&self, filter: &EventFilter, page: PageRequest) -> Result<Page<StoredEvent>, StoreError> {
        self.store.events(filter, page).await
    }

    /// An event with what handlers failed at.
    pub async fn show(&self, id: EventId) -> Result<Option<(StoredEvent, Vec<Delivery>)>, StoreError> {
        self.store.event(id).await
    }

    /// Events that a handler gave up, newest first, each with those deliveries.
    pub async fn dead(&self, page: PageRequest) -> Result<Page<(StoredEvent, Vec<Delivery>)>, StoreError> {
        self.store.dead(page).await
    }

    /// Gives an event again to the handlers that gave it up, and to no other.
    pub async fn replay(&self, call: &Call, id: EventId) -> Result<Replayed, ReplayError> {
        let (event, _) = self.store.event(id).await?.ok_or(ReplayError::NotFound)?;
        let kind = Happening::CATALOGUE.iter().find(|kind| kind.name == event.name);
        let deed = Deed::done("event.replay").to("event", id).with("name", kind.map(|kind| kind.name));
        match self.requeue(call, Some(id), deed).await? {
            Replayed { deliveries: 0 } => Err(ReplayError::NotDead),
            replayed => Ok(replayed),
        }
    }

    /// Replays every dead letter there is.
    pub async fn replay_all(&self, call: &Call) -> Result<Replayed, StoreError> {
        self.requeue(call, None, Deed::done("event.replay_all")).await
    }

    /// Without anything to replay nothing is written.
    async fn requeue(&self, call: &Call, id: Option<EventId>, deed: Deed) -> Result<Replayed, StoreError> {
        let now = self.ambient.now();
        let mut work = self.store.begin().await?;
        let replayed = Replayed { deliveries: work.requeue(id, now).await? };
        if replayed.deliveries > 0 {
            let deed = deed.with("deliveries", replayed.deliveries);
            record(work.as_mut(), &self.ambient, call, deed, Vec::new()).await?;
            call.finish(work, &replayed, now).await?;
        }
        Ok(replayed)
    }
}
