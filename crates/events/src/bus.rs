use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use async_trait::async_trait;
use cardkey_domain::EventId;

use crate::Event;

/// Does something about events. May be given the same event twice: it must be idempotent by [`Event::id`]; one that writes notes what it
/// handled in the same unit of work ([`crate::HandledEvents`]). Events mostly come in the order in which they happened; one that failed
/// comes again later.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Names the handler in the log and in the list of dead letters. Never changes, never shared.
    fn name(&self) -> &'static str;

    /// Whether it is to be given this event. A global handler wants everything, which is the default.
    fn wants(&self, _event: &Event) -> bool {
        true
    }

    /// Does it.
    async fn handle(&self, event: &Event) -> Result<(), HandlerError>;

    /// Does it for events that come together; tells which failed. One by one, unless a handler has something better to do.
    async fn handle_all(&self, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
        let mut failed = Vec::new();
        for event in events {
            if let Err(error) = self.handle(event).await {
                failed.push((event.id, error));
            }
        }
        failed
    }
}

/// Why a handler could not do it this time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HandlerError(pub String);

impl From<crate::StoreError> for HandlerError {
    fn from(error: crate::StoreError) -> Self {
        let causes = std::iter::successors(Some(&error as &dyn std::error::Error), |error| (*error).source());
        Self(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }
}

/// The handlers of a process.
#[derive(Default, Clone)]
pub struct Bus {
    handlers: Vec<Arc<dyn Handler>>,
}

impl Bus {
    /// A bus without handlers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a handler.
    #[must_use]
    pub fn with(mut self, handler: Arc<dyn Handler>) -> Self {
        self.handlers.push(handler);
        self
    }

    /// All of them, in the order in which they were added.
    #[must_use]
    pub fn handlers(&self) -> &[Arc<dyn Handler>] {
        &self.handlers
    }

    /// The one of this name.
    #[must_use]
    pub fn handler(&self, name: &str) -> Option<&Arc<dyn Handler>> {
        self.handlers.iter().find(|handler| handler.name() == name)
    }
}

/// Gives a handler the events that it wants; tells which failed. A panic is a failure of the event that brought it about, and of no other.
pub async fn deliver(handler: &dyn Handler, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
    let wanted: Vec<&Event> = events.iter().copied().filter(|event| handler.wants(event)).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    if let Some(failed) = unless_it_panics(handler.handle_all(&wanted)).await {
        return failed;
    }
    let mut failed = Vec::new();
    for event in wanted {
        let handled = unless_it_panics(handler.handle(event)).await;
        if let Err(error) = handled.unwrap_or_else(|| Err(HandlerError("it panicked".to_owned()))) {
            failed.push((event.id, error));
        }
    }
    failed
}

/// What a future comes to; `None` when it panics.
async fn unless_it_panics<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests;
