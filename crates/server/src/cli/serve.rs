use std::process::ExitCode;
use std::sync::Arc;

use super::{runtime, terminal};
use crate::config::Settings;
use crate::logging;
use crate::start::{Application, StartError, SystemClock, SystemEntropy, open_files};

pub(super) fn serve(settings: &Settings) -> Result<ExitCode, StartError> {
    let log = logging::start(settings, Arc::new(SystemClock))?;
    open_files::raise_limit();
    let outcome = runtime()?.block_on(async {
        let stop = stop_signal().map_err(StartError::Server)?;
        let application =
            Application::build(settings, Arc::new(SystemClock), Arc::new(SystemEntropy::default())).await?;
        terminal::say(&format!("{} is ready on http://{}", settings.app_name, application.address()));
        application.run_until_stopped(stop).await
    });
    if let (Err(error), Some(_)) = (&outcome, &settings.log_file) {
        tracing::error!(error = error.in_one_line(), "the server stops");
    }
    drop(log);
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Done at SIGTERM or SIGINT. Listens from the moment it is made, so that a signal during the start is not lost.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
