//! Maintenance of apps (APP-06): begun and ended by an operator or by the clock.

use std::time::Duration;

use cardkey_domain::{AppId, Text, Timestamp};
use cardkey_events::{Call, Deed, Happening, StoreError, record};

use crate::model::{App, Maintenance};
use crate::service::{ATTEMPTS, too_busy, worth_another_look};
use crate::{Licensing, UnitOfWork};

/// Those that begin or end in one round.
const AT_ONCE: u32 = 100;

/// Where nobody said when it ends, whoever is turned away is asked to come back after this.
const COME_BACK_AFTER: Duration = Duration::from_secs(5 * 60);

/// An app's maintenance as an operator wants it.
#[derive(Debug, Clone)]
pub struct PlanMaintenance {
    /// What its users are told.
    pub message: Option<Text<1_000>>,
    /// When it begins; at once where that is now or past.
    pub from: Option<Timestamp>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
}

/// Why an app is not put under maintenance.
#[derive(Debug, thiserror::Error)]
pub enum MaintenanceError {
    /// There is no such app.
    #[error("no such app")]
    NotFound,
    /// It would be over before it begins, or is over already.
    #[error("the end is not after the beginning")]
    EndPassed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An app is closed to those who are not there yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the app is under maintenance")]
pub struct UnderMaintenance {
    /// What its users are told.
    pub message: Option<Text<1_000>>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// When to come back.
    pub retry_after: Duration,
}

impl Licensing {
    /// Puts an app under maintenance, at once or at a time to come, in the place of any that stood.
    pub async fn plan_maintenance(
        &self,
        call: &Call,
        id: AppId,
        plan: PlanMaintenance,
    ) -> Result<App, MaintenanceError> {
        for _ in 0..ATTEMPTS {
            let now = self.ambient.now();
            let app = self.read().app(id).await?.ok_or(MaintenanceError::NotFound)?;
            let maintenance = self.planned(&plan, now)?;
            match self.put(call, &app, maintenance, now).await {
                Ok(Some(app)) => return Ok(app),
                Ok(None) => {}
                Err(error) if worth_another_look(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(too_busy().into())
    }

    /// Ends an app's maintenance, or calls off one that is to come. Where there is none, nothing happens.
    pub async fn end_maintenance(&self, call: &Call, id: AppId) -> Result<App, MaintenanceError> {
        for _ in 0..ATTEMPTS {
            let now = self.ambient.now();
            let app = self.read().app(id).await?.ok_or(MaintenanceError::NotFound)?;
            let mut work = self.store.begin().await?;
            if let Some(standing) = &app.maintenance {
                if !work.maintenances().remove(standing.id).await? {
                    continue;
                }
                self.record_end(work.as_mut(), call, id, standing).await?;
            }
            let app = App { maintenance: None, ..app };
            call.finish(work, &app, now).await?;
            self.cache.forget_app(id);
            return Ok(app);
        }
        Err(too_busy().into())
    }

    /// Begins and ends what is due, some at a time; tells how many. Several nodes may do it at once: each begins once and ends once.
    pub async fn maintain_due(&self, call: &Call) -> Result<usize, StoreError> {
        let now = self.ambient.now();
        let mut done = 0;
        for (app, maintenance) in self.read().maintenances_due(now, AT_ONCE).await? {
            let mut work = self.store.begin().await?;
            let is_over = maintenance.ends_at.is_some_and(|end| end <= now);
            let won = if is_over {
                work.maintenances().remove(maintenance.id).await?
            } else {
                work.maintenances().start(maintenance.id, now).await?
            };
            if !won {
                continue;
            }
            if is_over {
                self.record_end(work.as_mut(), call, app, &maintenance).await?;
            } else {
                self.record_start(work.as_mut(), call, app, &maintenance).await?;
            }
            work.commit().await?;
            self.cache.forget_app(app);
            done += 1;
        }
        Ok(done)
    }

    /// Whether an app takes new sign-ins (AUTH-14). An app that there is not takes them: it is nobody's to close.
    pub async fn check_open(&self, app: AppId) -> Result<Option<UnderMaintenance>, StoreError> {
        let app = self.app(app).await?;
        Ok(app.and_then(|app| app.closed(self.ambient.now())))
    }

    fn planned(&self, plan: &PlanMaintenance, now: Timestamp) -> Result<Maintenance, MaintenanceError> {
        let starts_at = plan.from.unwrap_or(now).max(now);
        if plan.until.is_some_and(|until| until <= starts_at) {
            return Err(MaintenanceError::EndPassed);
        }
        Ok(Maintenance {
            id: self.ambient.id(),
            message: plan.message.clone(),
            starts_at,
            ends_at: plan.until,
            started_at: (starts_at == now).then_some(now),
        })
    }

    /// `None` when somebody else was first.
    async fn put(
        &self,
        call: &Call,
        app: &App,
        maintenance: Maintenance,
        now: Timestamp,
    ) -> Result<Option<App>, StoreError> {
        let mut work = self.store.begin().await?;
        if let Some(standing) = &app.maintenance {
            if !work.maintenances().remove(standing.id).await? {
                return Ok(None);
            }
            self.record_end(work.as_mut(), call, app.id, standing).await?;
        }
        work.maintenances().insert(app.id, &maintenance).await?;
        if maintenance.started_at.is_some() {
            self.record_start(work.as_mut(), call, app.id, &maintenance).await?;
        } else {
            let deed = deed("app.schedule_maintenance", app.id, &maintenance);
            let scheduled = Happening::AppMaintenanceScheduled {
                app_id: app.id,
                maintenance_id: maintenance.id,
                message: text(&maintenance),
                from: maintenance.starts_at,
                until: maintenance.ends_at,
            };
            record(work.as_mut(), &self.ambient, call, deed, vec![scheduled]).await?;
        }
        let app = App { maintenance: Some(maintenance), ..app.clone() };
        call.finish(work, &app, now).await?;
        self.cache.forget_app(app.id);
        Ok(Some(app))
    }

    async fn record_start(
        &self,
        work: &mut dyn UnitOfWork,
        call: &Call,
        app: AppId,
        maintenance: &Maintenance,
    ) -> Result<(), StoreError> {
        let started = Happening::AppMaintenanceStart {
            app_id: app,
            maintenance_id: maintenance.id,
            message: text(maintenance),
            until: maintenance.ends_at,
        };
        let deed = deed("app.start_maintenance", app, maintenance);
        record(work, &self.ambient, call, deed, vec![started]).await
    }

    async fn record_end(
        &self,
        work: &mut dyn UnitOfWork,
        call: &Call,
        app: AppId,
        maintenance: &Maintenance,
    ) -> Result<(), StoreError> {
        let ended = Happening::AppMaintenanceEnd { app_id: app, maintenance_id: maintenance.id };
        record(work, &self.ambient, call, deed("app.end_maintenance", app, maintenance), vec![ended]).await
    }
}

impl App {
    /// Why whoever is not there yet is turned away, if they are.
    pub(crate) fn closed(&self, now: Timestamp) -> Option<UnderMaintenance> {
        let under_way = self.maintenance.as_ref().filter(|maintenance| maintenance.is_under_way(now))?;
        let until = under_way.ends_at;
        let retry_after = until.map_or(COME_BACK_AFTER, |until| until.since(now));
        Some(UnderMaintenance { message: under_way.message.clone(), until, retry_after })
    }
}

fn text(maintenance: &Maintenance) -> Option<String> {
    maintenance.message.as_ref().map(ToString::to_string)
}

fn deed(action: &'static str, app: AppId, maintenance: &Maintenance) -> Deed {
    Deed::done(action)
        .to("app", app)
        .with("message", &maintenance.message)
        .with("from", maintenance.starts_at)
        .with("until", maintenance.ends_at)
}

#[cfg(test)]
mod tests;
