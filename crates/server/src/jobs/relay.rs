//! Hands committed events to their handlers, at least once each (EVT-03). What a handler fails at is kept with the mark that the event
//! was handed over, in one unit of work, so that a crash at any moment loses neither.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::EventId;
use cardkey_events::{Delivery, Event, Handler, HandlerError, OutboxQueue, Retry, StoreError, UNREADABLE, deliver};
use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Jobs;
use super::periodic::chain;

/// Events fetched at once.
const BATCH: u32 = 500;

/// Rounds are no closer together, so that under load one round serves many commits.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(20);

/// Other nodes' events wake nobody here; they are looked for this often. So are deliveries that are to be tried again.
const LOOKED_FOR: Duration = Duration::from_secs(1);

/// A handler that takes longer with a batch has failed at it.
const HANDLED_WITHIN: Duration = Duration::from_secs(30);

pub(super) async fn run(jobs: Arc<Jobs>, mut stopped: watch::Receiver<bool>) {
    let mut retried: Option<Instant> = None;
    loop {
        let more = jobs.relay().await.unwrap_or_else(|error| {
            tracing::error!(error = chain(&error), "events could not be handed on");
            false
        });
        if retried.is_none_or(|retried| retried.elapsed() >= LOOKED_FOR) {
            retried = Some(Instant::now());
            if let Err(error) = jobs.retry().await {
                tracing::error!(error = chain(&error), "events could not be handed on again");
            }
        }
        let woken = async {
            tokio::time::sleep(BETWEEN_ROUNDS).await;
            if !more {
                let _late = tokio::time::timeout(LOOKED_FOR, jobs.database.appended()).await;
            }
        };
        tokio::select! {
            () = woken => {}
            _ = stopped.wait_for(|stopped| *stopped) => return,
        }
    }
}

impl Jobs {
    /// Hands on what waits; tells whether there may be more.
    async fn relay(&self) -> Result<bool, StoreError> {
        let waiting = self.database.undelivered(BATCH).await?;
        let mut ids: Vec<EventId> = waiting.events.iter().map(|event| event.id).collect();
        ids.extend(waiting.unreadable.iter().map(|(id, _)| *id));
        if ids.is_empty() {
            return Ok(false);
        }
        let events: Vec<&Event> = waiting.events.iter().collect();
        let handed = self.bus.handlers().iter().map(async |handler| (handler.name(), hand(&**handler, &events).await));
        let mut failed = Vec::new();
        for (handler, failures) in join_all(handed).await {
            failed.extend(failures.into_iter().map(|(id, error)| self.failed(id, handler, 0, &error.0)));
        }
        let ambient = &self.services.ambient;
        for (id, why) in &waiting.unreadable {
            tracing::error!(event = %id, why, "an event cannot be read");
            failed.push(Delivery::unreadable(*id, ambient.now(), why));
        }
        self.database.mark_delivered(&ids, &failed, ambient.now()).await?;
        Ok(ids.len() == BATCH as usize)
    }

    /// Tries again what is due.
    async fn retry(&self) -> Result<(), StoreError> {
        let due = self.database.due(self.services.ambient.now(), BATCH).await?;
        let mut by_handler: BTreeMap<String, Vec<Retry>> = BTreeMap::new();
        for retry in due {
            by_handler.entry(retry.delivery.handler.clone()).or_default().push(retry);
        }
        for (name, retries) in by_handler {
            let mut failures = self.try_again(&name, &retries).await;
            let (mut done, mut failed) = (Vec::new(), Vec::new());
            for Retry { delivery, .. } in retries {
                match failures.remove(&delivery.event_id) {
                    Some(error) => failed.push(self.failed(delivery.event_id, &name, delivery.attempts, &error.0)),
                    None => done.push(delivery),
                }
            }
            self.database.settle(&done, &failed).await?;
        }
        Ok(())
    }

    async fn try_again(&self, name: &str, retries: &[Retry]) -> HashMap<EventId, HandlerError> {
        let all = |why: &str| retries.iter().map(|retry| (retry.delivery.event_id, HandlerError(why.into()))).collect();
        if name == UNREADABLE {
            return self.read_again(retries).await;
        }
        let Some(handler) = self.bus.handler(name) else { return all("there is no such handler any more") };
        let events: Vec<&Event> = retries.iter().filter_map(|retry| retry.event.as_ref()).collect();
        let mut failures: HashMap<_, _> = hand(&**handler, &events).await.into_iter().collect();
        for retry in retries.iter().filter(|retry| retry.event.is_none()) {
            failures.insert(retry.delivery.event_id, HandlerError("the event cannot be read".into()));
        }
        failures
    }

    /// What could not be read was given to nobody; where it can be read now, every handler gets it.
    async fn read_again(&self, retries: &[Retry]) -> HashMap<EventId, HandlerError> {
        let mut failures = HashMap::new();
        for retry in retries {
            let Some(event) = &retry.event else {
                failures.insert(retry.delivery.event_id, HandlerError("the event cannot be read".into()));
                continue;
            };
            for handler in self.bus.handlers() {
                failures.extend(hand(&**handler, &[event]).await);
            }
        }
        failures
    }

    fn failed(&self, id: EventId, handler: &str, attempts_before: u32, error: &str) -> Delivery {
        let delivery = Delivery::failed(&self.services.ambient, id, handler, attempts_before, error);
        let (attempts, state) = (delivery.attempts, delivery.state.as_str());
        tracing::error!(handler, event = %id, error, attempts, state, "a handler failed");
        delivery
    }
}

/// Gives events to a handler; tells which failed. A handler that does not come to an end has failed at all of them.
async fn hand(handler: &dyn Handler, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
    let handed = tokio::time::timeout(HANDLED_WITHIN, deliver(handler, events)).await;
    handed.unwrap_or_else(|_| {
        let wanted = events.iter().filter(|event| handler.wants(event));
        wanted.map(|event| (event.id, HandlerError("it took longer than 30 s".to_owned()))).collect()
    })
}
