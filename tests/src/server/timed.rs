use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{ManualClock, Timestamp};
use cardkey_server::{Application, Environment, SystemEntropy};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::Settings;
use crate::Database;
use crate::api::Api;

/// A server within the test's own process: everything is real, but its time stands still until the test moves it.
#[derive(Debug)]
pub struct TimedServer {
    clock: Arc<ManualClock>,
    settings: Settings,
    running: Running,
    folder: TempDir,
    _database: Database,
}

#[derive(Debug)]
struct Running {
    port: u16,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl TimedServer {
    /// Starts a server with the usual settings on an empty database, at noon of a day in 2026.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn on(database: Database) -> Self {
        let folder = tempfile::Builder::new().prefix("cardkey-timed-").tempdir().expect("a temporary folder");
        let settings = Settings::default().set("DATABASE_URL", database.url());
        let settings = settings.set("DATA_DIR", folder.path().join("data").to_string_lossy());
        let noon = Timestamp::parse("2026-11-20T12:00:00Z").expect("a time");
        let clock = Arc::new(ManualClock::at(noon));
        let running = start(&settings, &clock).await;
        Self { clock, settings, running, folder, _database: database }
    }

    /// What its clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        cardkey_domain::Clock::now(self.clock.as_ref())
    }

    /// Moves its clock forward.
    pub fn advance(&self, length: Duration) {
        self.clock.advance(length);
    }

    /// Its data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Its settings, with the database and the data folder it was given.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Somebody who calls it and is not signed in.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::at(self.running.port)
    }

    /// Stops it and starts it again on the same data and by the same clock. Every job has its first turn then.
    ///
    /// # Panics
    /// When it does not end well, or not start again.
    pub async fn restart(self) -> Self {
        let Running { stop, ended, .. } = self.running;
        drop(stop);
        ended.await.expect("the server ends well");
        let running = start(&self.settings, &self.clock).await;
        Self { running, ..self }
    }
}

async fn start(settings: &Settings, clock: &Arc<ManualClock>) -> Running {
    let environment = Environment::of(settings.variables().map(|(name, value)| (name.as_str(), value.clone())));
    let settings = cardkey_server::Settings::load(&environment).expect("settings");
    let clock = Arc::clone(clock);
    let application = Box::pin(Application::build(&settings, clock, Arc::new(SystemEntropy::default()))).await;
    let application = application.unwrap_or_else(|error| panic!("the server does not start: {error:?}"));
    let port = application.address().port();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(async move {
        let outcome = application.run_until_stopped(async { drop(stopped.await) }).await;
        outcome.expect("the server runs");
    });
    Running { port, stop, ended }
}
