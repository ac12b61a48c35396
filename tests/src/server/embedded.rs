use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{ManualClock, Timestamp};
use cardkey_server::{Application, Environment, Settings, StartError, SystemEntropy};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::ADMIN_PASSWORD;
use crate::Database;
use crate::api::Api;

/// The first moment of an embedded server.
const START: i64 = 1_800_000_000;

const ENDS_WITHIN: Duration = Duration::from_secs(30);

/// The product in this process, on a clock that the test moves. Where time is what the test is about; everything else belongs to a
/// [`super::Server`].
#[derive(Debug)]
pub struct Embedded {
    clock: Arc<ManualClock>,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), StartError>>,
    folder: TempDir,
    database: Database,
}

impl Embedded {
    /// Starts on an empty database.
    pub async fn on(database: Database) -> Self {
        Self::with(database, |application| application).await
    }

    /// Starts on an empty database, with the application as `prepare` leaves it.
    pub async fn with(database: Database, prepare: impl FnOnce(Application) -> Application) -> Self {
        let folder = tempfile::Builder::new().prefix("cardkey-embedded-").tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(START)));
        let (port, stop, running) = launch(&database, &folder, &clock, prepare).await;
        Self { clock, port, stop: Some(stop), running, folder, database }
    }

    /// Its clock.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Somebody who calls it and is not signed in.
    #[must_use]
    pub fn api(&self) -> Api {
        Api::at(self.port)
    }

    /// Ends it as an operator does.
    pub async fn stop(&mut self) {
        drop(self.stop.take());
        let ended = tokio::time::timeout(ENDS_WITHIN, &mut self.running).await;
        ended.expect("it ends when asked to").expect("it does not panic").expect("it ends well");
    }

    /// Starts it again on the same data and the same clock.
    pub async fn start_again(&mut self, prepare: impl FnOnce(Application) -> Application) {
        let (port, stop, running) = launch(&self.database, &self.folder, &self.clock, prepare).await;
        (self.port, self.stop, self.running) = (port, Some(stop), running);
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn launch(
    database: &Database,
    folder: &TempDir,
    clock: &Arc<ManualClock>,
    prepare: impl FnOnce(Application) -> Application,
) -> (u16, oneshot::Sender<()>, JoinHandle<Result<(), StartError>>) {
    let values = [
        ("DATA_DIR", folder.path().join("data").display().to_string()),
        ("DATABASE_URL", database.url().to_owned()),
        ("DATABASE_POOL_SIZE", "8".to_owned()),
        ("INITIAL_ADMIN_PASSWORD", ADMIN_PASSWORD.to_owned()),
        ("PASSWORD_SALT_ROUNDS", "4".to_owned()),
        ("PORT", "0".to_owned()),
    ];
    let settings = Settings::load(&Environment::of(values)).expect("well-formed settings");
    let clock = Arc::clone(clock) as Arc<dyn cardkey_domain::Clock>;
    let application = Box::pin(Application::build(&settings, clock, Arc::new(SystemEntropy::default()))).await;
    let application = prepare(application.expect("it starts"));
    let port = application.address().port();
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(application.run_until_stopped(async { drop(stopped.await) }));
    (port, stop, running)
}
