//! What happens without anybody asking: events are handed on, sessions end, batches are made, counts are folded, what is over is forgotten.
//!
//! Every job is harmless to repeat and to run on several nodes at once; the database decides who was first. When each of them runs stands
//! in `schedule.rs`, what follows from which event in `linkage.rs`.

mod announcements;
mod audit;
mod batches;
mod handlers;
mod linkage;
mod nightly;
mod periodic;
mod relay;
mod retention;
mod schedule;

use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::EventId;
use cardkey_events::{Bus, Call, Handler};
use cardkey_persistence::Database;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::handlers::{FollowMaintenance, ForgetStandings, LogEvents, SecurityAudit, TellOwners, WatchConnections};
use self::schedule::{Rhythm, SCHEDULE};
use crate::config::TimeOfDay;
use crate::http::Services;
use crate::memory::{GatheredSightings, LicensingMemory};
use crate::start::AuditKeeper;

/// Jobs that are in the middle of something when the process stops get this long.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);

/// Everything the jobs work with.
pub(crate) struct Jobs {
    services: Arc<Services>,
    database: Database,
    sightings: Arc<GatheredSightings>,
    bus: Bus,
    audit: AuditKeeper,
    nightly_at: TimeOfDay,
}

/// The jobs while they run.
pub(crate) struct Running {
    jobs: Arc<Jobs>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Jobs {
    /// Jobs that are yet to be started.
    pub(crate) fn new(
        services: &Arc<Services>,
        database: &Database,
        sightings: Arc<GatheredSightings>,
        memory: Arc<LicensingMemory>,
        audit: AuditKeeper,
        nightly_at: TimeOfDay,
    ) -> Self {
        let (store, ambient) = (Arc::new(database.clone()), services.ambient.clone());
        let bus = Bus::new()
            .with(Arc::new(LogEvents))
            .with(Arc::new(ForgetStandings(memory)))
            .with(Arc::new(TellOwners(Arc::clone(&services.announcements))))
            .with(Arc::new(FollowMaintenance(Arc::clone(&services.announcements))))
            .with(Arc::new(SecurityAudit { store, ambient }))
            .with(Arc::new(WatchConnections(Arc::clone(&services.live))));
        Self { services: Arc::clone(services), database: database.clone(), sightings, bus, audit, nightly_at }
    }

    /// Adds a handler of events.
    pub(crate) fn subscribe(self, handler: Arc<dyn Handler>) -> Self {
        Self { bus: self.bus.with(handler), ..self }
    }

    /// Starts them all.
    pub(crate) fn start(self) -> Running {
        let jobs = Arc::new(self);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(relay::run(Arc::clone(&jobs), stopped.clone()));
        tasks.spawn(crate::ws::follow(Arc::clone(&jobs.services.live), stopped.clone()));
        tasks.spawn(batches::run(Arc::clone(&jobs), stopped.clone()));
        for entry in SCHEDULE {
            match entry.rhythm {
                Rhythm::Every(period) => {
                    tasks.spawn(periodic::every(period, entry, Arc::clone(&jobs), stopped.clone()))
                }
                Rhythm::Nightly => tasks.spawn(nightly::run(entry, Arc::clone(&jobs), stopped.clone())),
            };
        }
        Running { jobs, stop, tasks }
    }

    /// The circumstances of a job's use case.
    fn call(&self, name: &str) -> Call {
        Call::by_system(name, format!("job-{}", self.services.ambient.id::<EventId>()))
    }
}

impl Running {
    /// Lets every job finish what it is doing, and writes down what waits in memory.
    pub(crate) async fn stop(mut self) {
        let _nobody_listens = self.stop.send(true);
        let finished = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(STOPPED_WITHIN, finished).await.is_err() {
            tracing::warn!("stopping although jobs are under way");
        }
        if let Err(error) = self.jobs.write_down().await {
            tracing::error!(error = periodic::chain(&error), "what was seen last is lost");
        }
        if let Err(error) = self.jobs.write_down_notes().await {
            tracing::error!(error = periodic::chain(&error), "who read what last is lost");
        }
        if let Err(error) = self.jobs.sum_up_refusals().await {
            tracing::error!(error = periodic::chain(&error), "the refusals of the last minute are lost");
        }
        if let Err(error) = self.jobs.close_audit_log().await {
            tracing::error!(error = periodic::chain(&error), "the last rows of the audit log are not sealed yet");
        }
    }
}
