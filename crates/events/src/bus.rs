use std::sync::Arc;

use async_trait::async_trait;

use crate::Event;

/// Does something about an event. May be called twice with the same event: it must be idempotent by [`Event::id`].
#[async_trait]
pub trait Handler: Send + Sync {
    /// Names the handler in logs.
    fn name(&self) -> &'static str;
    /// Does it.
    async fn handle(&self, event: &Event) -> Result<(), HandlerError>;
}

/// Why a handler could not do it this time.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct HandlerError(pub String);

/// Hands events to handlers, in the order they subscribed.
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

    /// Hands an event to every handler, whatever becomes of the others; returns those that failed.
    pub async fn publish(&self, event: &Event) -> Vec<(&'static str, HandlerError)> {
        let mut failed = Vec::new();
        for handler in &self.handlers {
            if let Err(error) = handler.handle(event).await {
                failed.push((handler.name(), error));
            }
        }
        failed
    }
}
