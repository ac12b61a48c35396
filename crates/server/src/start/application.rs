use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use cardkey_crypto::Vault;
use cardkey_domain::{Ambient, Clock, Entropy, Password, PasswordPolicy, UserName};
use cardkey_events::Handler;
use cardkey_identity::Bootstrap;
use cardkey_persistence::Database;

use super::wiring::{Wired, wire};
use super::{DataDir, KeySource, Keys, StartError, check_key, database_url, is_new_file};
use crate::config::{AppEnv, Settings};
use crate::http::{self, Services};
use crate::jobs::Jobs;

/// Requests that are being answered when the process is told to stop get this long.
const DRAINED_WITHIN: Duration = Duration::from_secs(25);

/// Live connections whose clients do not leave when they are told to are cut off after this.
const CLIENTS_LEAVE_WITHIN: Duration = Duration::from_secs(4);

/// Connections that wait to be accepted: those of a whole building that come back at once.
const ACCEPTED_SOON: i32 = 4_096;

/// A server that is ready to run: bound, migrated, wired.
pub struct Application {
    server: Server,
    address: SocketAddr,
    pub(super) services: Arc<Services>,
    jobs: Jobs,
}

impl Application {
    /// Brings everything up. Nothing is written before the settings, the key, the data folder, the port and the database's version have
    /// been found good.
    pub async fn build(
        settings: &Settings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, StartError> {
        KeySource::check(settings)?;
        let url = database_url(settings);
        if is_new_file(&url) {
            refuse_first_password(settings)?;
        }
        let listener = listen(settings)?;
        let address = listener.local_addr().map_err(StartError::Server)?;
        let data_dir = DataDir::open(settings)?;
        let key = KeySource::find(settings, &data_dir)?;
        let database = Database::connect(&url, settings.database_pool_size).await.map_err(StartError::Database)?;
        let keys = unlock(settings, &database, key, &entropy).await?;
        let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let ambient = Ambient::new(clock, Arc::clone(&entropy));
        let Wired { services, sightings, memory, audit } =
            wire(settings, &database, &data_dir, keys, ambient, &entropy, public_url).await?;
        services.identity.bootstrap(&bootstrap(settings)).await?;
        let jobs = Jobs::new(&services, &database, sightings, memory, audit, settings.nightly_at);
        let workers = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
        let server = http::serve(listener, Arc::clone(&services), workers).map_err(StartError::Server)?;
        Ok(Self { server, address, services, jobs })
    }

    /// Where it listens: the port that was taken, should the setting have been 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a handler of events, for programs that embed the server. It is given every event that it wants, at least once; see
    /// `docs/events.md`.
    #[must_use]
    pub fn subscribe(self, handler: Arc<dyn Handler>) -> Self {
        Self { jobs: self.jobs.subscribe(handler), ..self }
    }

    /// Answers requests until `stop` is done; then takes no more, finishes those under way, and writes down what waits in memory.
    pub async fn run_until_stopped(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let handle = self.server.handle();
        let jobs = self.jobs.start();
        let server = tokio::spawn(self.server);
        stop.await;
        tracing::info!("stopping");
        drain(&handle, &self.services).await;
        jobs.stop().await;
        handle.stop(true).await;
        match server.await {
            Ok(outcome) => outcome.map_err(StartError::Server),
            Err(panicked) => Err(StartError::Server(std::io::Error::other(panicked))),
        }
    }
}

/// Says that it is not ready any more, stops accepting, sends live connections away, and waits for the requests under way. Idle keep-alive
/// connections are not waited for.
async fn drain(handle: &ServerHandle, services: &Services) {
    let traffic = &services.traffic;
    traffic.start_draining();
    handle.pause().await;
    services.live.end(CLIENTS_LEAVE_WITHIN).await;
    if tokio::time::timeout(DRAINED_WITHIN, traffic.drained()).await.is_err() {
        tracing::warn!(in_flight = traffic.in_flight(), "stopping although requests are being answered");
    }
}

fn listen(settings: &Settings) -> Result<TcpListener, StartError> {
    let failed = |error| StartError::Port(settings.host, settings.port, error);
    let listener = TcpListener::bind((settings.host, settings.port)).map_err(failed)?;
    #[cfg(unix)]
    rustix::net::listen(&listener, ACCEPTED_SOON).map_err(|error| failed(error.into()))?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok(listener)
}

/// Finds the key good for this database, migrates, and opens the keys kept there.
async fn unlock(
    settings: &Settings,
    database: &Database,
    key: KeySource,
    entropy: &Arc<dyn Entropy>,
) -> Result<Keys, StartError> {
    let status = database.migration_status().await?;
    if status.applied.is_empty() {
        refuse_first_password(settings)?;
    }
    let is_sealed = !status.applied.is_empty() && database.secret_names().await?.iter().any(|_| true);
    let master = key.into_key(is_sealed, entropy.as_ref())?;
    let older: Vec<_> = settings.encryption_key_old.clone().into_iter().collect();
    let vault = Vault::new(&master, &older, Arc::clone(entropy));
    if is_sealed && check_key(database, &vault).await? == Some(false) {
        return Err(StartError::WrongKey);
    }
    for name in database.migrate().await? {
        tracing::info!(name, "migrated");
    }
    Keys::open(database, vault, entropy.as_ref()).await
}

/// A database without accounts would get an administrator with the password that everybody knows, or with one that is too weak.
fn refuse_first_password(settings: &Settings) -> Result<(), StartError> {
    let chosen = settings.initial_admin_password.as_ref().filter(|password| password.expose() != "admin1314159");
    let Some(chosen) = chosen else {
        let may_stand = settings.app_env == AppEnv::Development;
        return if may_stand { Ok(()) } else { Err(StartError::DefaultPassword) };
    };
    let Ok(name) = UserName::parse("admin") else { return Ok(()) };
    let broken = PasswordPolicy::broken_rules(&Password::new(chosen.expose().to_owned()), &name, None);
    if broken.is_empty() { Ok(()) } else { Err(StartError::WeakPassword(broken)) }
}

fn bootstrap(settings: &Settings) -> Bootstrap {
    let initial_password = settings.initial_admin_password.as_ref();
    Bootstrap {
        initial_password: initial_password.map(|password| Password::new(password.expose().clone())),
        default_password_may_stand: settings.app_env == AppEnv::Development,
    }
}
