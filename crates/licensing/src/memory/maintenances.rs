use std::sync::Arc;

use async_trait::async_trait;
use cardkey_domain::{AppId, EventId, Timestamp};
use cardkey_events::{Constraint, StoreError};

use super::work::MemoryWork;
use crate::MaintenanceRepository;
use crate::model::{App, Maintenance};

impl MemoryWork {
    fn app_maintained_by(&mut self, id: EventId) -> Option<&mut App> {
        let apps = Arc::make_mut(&mut self.state.apps);
        apps.values_mut().find(|app| app.maintenance.as_ref().is_some_and(|standing| standing.id == id))
    }
}

#[async_trait]
impl MaintenanceRepository for MemoryWork {
    async fn insert(&mut self, app: AppId, maintenance: &Maintenance) -> Result<(), StoreError> {
        let app = Arc::make_mut(&mut self.state.apps).get_mut(&app).filter(|app| app.maintenance.is_none());
        app.ok_or(StoreError::Conflict(Constraint::Other))?.maintenance = Some(maintenance.clone());
        Ok(())
    }

    async fn start(&mut self, id: EventId, now: Timestamp) -> Result<bool, StoreError> {
        let standing = self.app_maintained_by(id).and_then(|app| app.maintenance.as_mut());
        let Some(standing) = standing.filter(|standing| standing.started_at.is_none()) else { return Ok(false) };
        standing.started_at = Some(now);
        Ok(true)
    }

    async fn remove(&mut self, id: EventId) -> Result<bool, StoreError> {
        Ok(self.app_maintained_by(id).and_then(|app| app.maintenance.take()).is_some())
    }
}
