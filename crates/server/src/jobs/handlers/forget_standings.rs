use std::sync::Arc;

use async_trait::async_trait;
use cardkey_events::{Event, Handler, HandlerError};

use crate::jobs::linkage;
use crate::memory::LicensingMemory;

/// Drops what verdicts rest on when an account changed.
pub(in crate::jobs) struct ForgetStandings(pub(in crate::jobs) Arc<LicensingMemory>);

#[async_trait]
impl Handler for ForgetStandings {
    fn name(&self) -> &'static str {
        linkage::FORGET_STANDINGS
    }

    fn wants(&self, event: &Event) -> bool {
        linkage::is_linked(self.name(), event)
    }

    async fn handle(&self, _: &Event) -> Result<(), HandlerError> {
        self.0.forget_accounts();
        Ok(())
    }
}
