use std::sync::Arc;

use async_trait::async_trait;
use cardkey_events::{Event, Handler, HandlerError};

use crate::jobs::linkage;
use crate::ws::{Live, Suspects};

/// Has live connections asked about anew when what let them in may be gone, or when they may belong to other apps or groups. Forgets
/// nothing when it is given an event twice: asking changes nothing.
pub(in crate::jobs) struct WatchConnections(pub(in crate::jobs) Arc<Live>);

#[async_trait]
impl Handler for WatchConnections {
    fn name(&self) -> &'static str {
        linkage::WATCH_CONNECTIONS
    }

    fn wants(&self, event: &Event) -> bool {
        linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        if let Some(suspects) = Suspects::of(event) {
            self.0.doubt(&suspects);
        }
        Ok(())
    }
}
