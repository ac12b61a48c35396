use std::sync::Arc;

use async_trait::async_trait;
use cardkey_events::{Event, Handler, HandlerError, Happening};

use crate::memory::LicensingMemory;

/// Writes every event to the log, for those who watch it.
pub(super) struct LogEvents;

#[async_trait]
impl Handler for LogEvents {
    fn name(&self) -> &'static str {
        "log"
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        if tracing::enabled!(tracing::Level::DEBUG) {
            let (name, _) = event.happening.to_parts();
            tracing::debug!(event = %event.id, name, request = event.request_id, "happened");
        }
        Ok(())
    }
}

/// Drops what verdicts rest on when an account changed.
pub(super) struct ForgetStandings(pub(super) Arc<LicensingMemory>);

#[async_trait]
impl Handler for ForgetStandings {
    fn name(&self) -> &'static str {
        "forget standings"
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        if matches!(event.happening, Happening::UserChanged { .. }) {
            self.0.forget_accounts();
        }
        Ok(())
    }
}
