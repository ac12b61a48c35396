//! What happens without anybody asking: events are handed on, sessions end, batches are made, counts are folded, what is over is forgotten.
//!
//! Every job is harmless to repeat and to run on several nodes at once; the database decides who was first.

mod batches;
mod handlers;
mod periodic;
mod relay;

use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::EventId;
use cardkey_events::{Bus, Call};
use cardkey_persistence::Database;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::handlers::{ForgetStandings, LogEvents};
use self::periodic::every;
use crate::http::Services;
use crate::memory::{GatheredSightings, LicensingMemory};

/// Jobs that are in the middle of something when the process stops get this long.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);

/// Everything the jobs work with.
pub(crate) struct Jobs {
    services: Arc<Services>,
    database: Database,
    sightings: Arc<GatheredSightings>,
    bus: Bus,
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
    ) -> Self {
        let bus = Bus::new().with(Arc::new(LogEvents)).with(Arc::new(ForgetStandings(memory)));
        Self { services: Arc::clone(services), database: database.clone(), sightings, bus }
    }

    /// Starts them all.
    pub(crate) fn start(self) -> Running {
        let jobs = Arc::new(self);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(relay::run(Arc::clone(&jobs), stopped.clone()));
        tasks.spawn(batches::run(Arc::clone(&jobs), stopped.clone()));
        let mut every = |seconds, name, job: periodic::Job| {
            tasks.spawn(every(Duration::from_secs(seconds), name, job, Arc::clone(&jobs), stopped.clone()));
        };
        every(1, "expire card keys", |jobs| Box::pin(jobs.expire_card_keys()));
        every(2, "write down what was seen", |jobs| Box::pin(jobs.write_down()));
        every(2, "fold counts", |jobs| Box::pin(jobs.fold_counts()));
        every(30, "sweep sessions", |jobs| Box::pin(jobs.sweep_sessions()));
        every(60, "reload signing keys", |jobs| Box::pin(jobs.reload_keys()));
        every(60, "sum up refusals", |jobs| Box::pin(jobs.sum_up_refusals()));
        every(600, "forget replies", |jobs| Box::pin(jobs.forget_replies()));
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
        if let Err(error) = self.jobs.sum_up_refusals().await {
            tracing::error!(error = periodic::chain(&error), "the refusals of the last minute are lost");
        }
    }
}
