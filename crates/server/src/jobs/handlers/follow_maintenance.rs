use std::sync::Arc;

use async_trait::async_trait;
use cardkey_announce::Announcements;
use cardkey_events::{Call, Event, Handler, HandlerError};

use crate::jobs::linkage;

/// Announces the maintenance of apps to their users, and takes the announcement back at its end.
pub(in crate::jobs) struct FollowMaintenance(pub(in crate::jobs) Arc<Announcements>);

#[async_trait]
impl Handler for FollowMaintenance {
    fn name(&self) -> &'static str {
        linkage::FOLLOW_MAINTENANCE
    }

    fn wants(&self, event: &Event) -> bool {
        linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, event: &Event) -> Result<(), HandlerError> {
        let call = Call::by_system("maintenance", event.request_id.clone());
        Ok(self.0.follow_maintenance(&call, self.name(), event).await?)
    }
}
