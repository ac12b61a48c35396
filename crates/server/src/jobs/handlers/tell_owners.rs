use std::sync::Arc;

use async_trait::async_trait;
use cardkey_announce::Announcements;
use cardkey_domain::EventId;
use cardkey_events::{Call, Event, Handler, HandlerError};

use crate::jobs::linkage;

/// Tells owners what befell their licences.
pub(in crate::jobs) struct TellOwners(pub(in crate::jobs) Arc<Announcements>);

#[async_trait]
impl Handler for TellOwners {
    fn name(&self) -> &'static str {
        linkage::TELL_OWNERS
    }

    fn wants(&self, event: &Event) -> bool {
        linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let call = Call::by_system("notices", event.request_id.clone());
        Ok(self.0.tell_owners(&call, self.name(), &[event]).await?)
    }

    /// All of them in one unit of work. When it fails, one by one: the one at fault is found, and the others are done.
    async fn handle_all(&self, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
        let [first, _, ..] = events else { return self.one_by_one(events).await };
        let call = Call::by_system("notices", first.request_id.clone());
        match self.0.tell_owners(&call, self.name(), events).await {
            Ok(()) => Vec::new(),
            Err(_) => self.one_by_one(events).await,
        }
    }
}

impl TellOwners {
    async fn one_by_one(&self, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
        let mut failed = Vec::new();
        for event in events {
            if let Err(error) = self.handle(event).await {
                failed.push((event.id, error));
            }
        }
        failed
    }
}
