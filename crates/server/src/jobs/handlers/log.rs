use async_trait::async_trait;
use cardkey_events::{Event, Handler, HandlerError};

use crate::jobs::linkage;

/// Writes every event to the log, for those who watch it.
pub(in crate::jobs) struct LogEvents;

#[async_trait]
impl Handler for LogEvents {
    fn name(&self) -> &'static str {
        linkage::LOG
    }

    fn wants(&self, event: &Event) -> bool {
        tracing::enabled!(tracing::Level::DEBUG) && linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let name = event.happening.name();
        tracing::debug!(event = %event.id, name, request = event.request_id, "happened");
        Ok(())
    }
}
