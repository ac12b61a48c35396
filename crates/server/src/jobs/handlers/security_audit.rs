use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{Ambient, EventId, Text};
use cardkey_events::{AuditLevel, Call, Deed, Event, EventStore, Handler, HandlerError, Happening, StoreError, record};

use crate::jobs::linkage;

/// Writes what those who watch over security should see as rows of its own in the audit log.
pub(in crate::jobs) struct SecurityAudit {
    pub(in crate::jobs) store: Arc<dyn EventStore>,
    pub(in crate::jobs) ambient: Ambient,
}

#[async_trait]
impl Handler for SecurityAudit {
    fn name(&self) -> &'static str {
        linkage::SECURITY_AUDIT
    }

    fn wants(&self, event: &Event) -> bool {
        linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        Ok(self.write(&[event]).await?)
    }

    /// All of them in one unit of work. When it fails, one by one: the one at fault is found, and the others are done.
    async fn handle_all(&self, events: &[&Event]) -> Vec<(EventId, HandlerError)> {
        if self.write(events).await.is_ok() {
            return Vec::new();
        }
        let mut failed = Vec::new();
        for event in events {
            if let Err(error) = self.handle(event).await {
                failed.push((event.id, error));
            }
        }
        failed
    }
}

impl SecurityAudit {
    async fn write(&self, events: &[&Event]) -> Result<(), StoreError> {
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let mut work = self.store.begin().await?;
        let fresh: HashSet<EventId> =
            work.handled().note(linkage::SECURITY_AUDIT, &ids, self.ambient.now()).await?.into_iter().collect();
        for event in events.iter().filter(|event| fresh.contains(&event.id)) {
            let call = Call::by_system("security", event.request_id.clone());
            record(work.as_mut(), &self.ambient, &call, deed(event), Vec::new()).await?;
        }
        if fresh.is_empty() { Ok(()) } else { work.commit().await }
    }
}

fn deed(event: &Event) -> Deed {
    let deed = match &event.happening {
        Happening::DeviceAnomaly { device_id, app_id, kind, .. } => {
            let kind = Text::<64>::parse(kind).ok();
            Deed::done("security.device_anomaly").to("device", device_id).with("app_id", app_id).with("kind", kind)
        }
        Happening::SessionTokenReuse { session_id, .. } => Deed::done("security.token_reuse").to("session", session_id),
        Happening::UserLocked { user_id, .. } => Deed::done("security.user_locked").to("user", user_id),
        _ => Deed::done("security.event").to("event", event.id),
    };
    deed.at_level(AuditLevel::Warning).with("event_id", event.id).with("event", event.happening.name())
}
