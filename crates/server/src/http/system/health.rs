use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Data;
use async_trait::async_trait;
use cardkey_events::StoreError;
use cardkey_persistence::{Backlog, Load};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::ws::LiveFigures;

/// Knows how the database is.
#[async_trait]
pub(crate) trait Health: Send + Sync {
    /// Whether it answers.
    async fn check(&self) -> Result<(), StoreError>;
    /// How it is as far as this process knows without asking it.
    fn away(&self) -> Report;
    /// How it is, in detail.
    async fn report(&self) -> Report;
}

/// How the database is.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// `sqlite`, `postgres` or `mysql`.
    pub(crate) database: &'static str,
    /// How long a trivial query took; `None` when it failed.
    pub(crate) answered_in: Option<Duration>,
    /// The newest migration that was applied.
    pub(crate) migration: Option<String>,
    /// How long the oldest event has waited for its handlers.
    pub(crate) outbox_waits: Duration,
    /// What waits there, and for the audit log's chain; `None` when it cannot be asked.
    pub(crate) backlog: Option<Backlog>,
    /// What its connections are doing.
    pub(crate) load: Load,
}

/// The last look at the database: those who watch over it may look as often as they like, it is asked once a second.
#[derive(Default)]
pub(crate) struct Looks(Mutex<Option<(Instant, Arc<Report>)>>);

impl Report {
    /// Of a database that does not answer.
    pub(crate) fn away(database: &'static str, load: Load) -> Self {
        Self { database, answered_in: None, migration: None, outbox_waits: Duration::ZERO, backlog: None, load }
    }
}

impl Looks {
    const BELIEVED_FOR: Duration = Duration::from_secs(1);
    const ASKED_FOR: Duration = Duration::from_secs(2);

    /// How the database is, or was a moment ago. Whoever comes while it is being asked waits for that answer.
    pub(crate) async fn report(&self, health: &dyn Health) -> Arc<Report> {
        let mut last = self.0.lock().await;
        if let Some((_, report)) = last.as_ref().filter(|(at, _)| at.elapsed() < Self::BELIEVED_FOR) {
            return Arc::clone(report);
        }
        let report = timeout(Self::ASKED_FOR, health.report()).await.unwrap_or_else(|_| health.away());
        let report = Arc::new(report);
        *last = Some((Instant::now(), Arc::clone(&report)));
        report
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HealthReport {
    /// `ok`, or `degraded` when a part does not answer.
    status: &'static str,
    version: &'static str,
    server_time: String,
    uptime_seconds: u64,
    requests_in_flight: usize,
    draining: bool,
    database: DatabaseHealth,
    live: LiveHealth,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct LiveHealth {
    /// Live connections that are open.
    open: u64,
    /// Live connections that were opened since the start.
    opened: u64,
    frames_sent: u64,
    frames_received: u64,
    /// Live connections that the server closed, by close code.
    closed: BTreeMap<String, u64>,
    /// How old the newest entry of the live log was when every connection of a thread had it.
    lag_micros: u64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct DatabaseHealth {
    kind: &'static str,
    reachable: bool,
    latency_micros: Option<u64>,
    migration: Option<String>,
    /// How long the oldest event has waited for its handlers.
    outbox_waits_millis: u64,
}

/// Reports on the process and the database.
pub(crate) async fn health(services: Data<Services>) -> Result<Reply<HealthReport>, Problem> {
    let report = services.health.report().await;
    let now = services.ambient.now();
    Ok(Reply::ok(HealthReport {
        status: if report.answered_in.is_some() { "ok" } else { "degraded" },
        version: env!("CARGO_PKG_VERSION"),
        server_time: now.to_string(),
        uptime_seconds: now.since(services.started_at).as_secs(),
        requests_in_flight: services.traffic.in_flight(),
        draining: services.traffic.is_draining(),
        database: DatabaseHealth {
            kind: report.database,
            reachable: report.answered_in.is_some(),
            latency_micros: report.answered_in.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)),
            migration: report.migration,
            outbox_waits_millis: u64::try_from(report.outbox_waits.as_millis()).unwrap_or(u64::MAX),
        },
        live: LiveHealth::of(&services.live.figures),
    }))
}

impl LiveHealth {
    fn of(figures: &LiveFigures) -> Self {
        Self {
            open: figures.open(),
            opened: figures.opened(),
            frames_sent: figures.frames_sent(),
            frames_received: figures.frames_taken(),
            closed: figures.closed().map(|(code, count)| (code.to_string(), count)).collect(),
            lag_micros: figures.lag_micros(),
        }
    }
}
