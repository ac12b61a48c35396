use std::path::Path;
use std::sync::Arc;

use cardkey_domain::Clock;
use opentelemetry_otlp::ExporterBuildError;
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use super::line::Line;
use super::spans::{self, Sender};
use crate::config::Settings;

/// Files kept of each log.
const DAYS_KEPT: usize = 30;

/// Libraries that say at the usual level what only their own developers want to know.
const QUIET: &str = "actix_server=warn,sea_orm_migration=warn";

/// Holds the log open; what is still on its way is written when this is dropped.
#[must_use]
pub(crate) struct Guard {
    _spans: Option<Sender>,
    _writers: Vec<WorkerGuard>,
}

/// Why the log cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The folder of the file cannot be made.
    #[error("LOG_FILE cannot be used: its folder cannot be made")]
    Folder(#[from] std::io::Error),
    /// The file cannot be opened.
    #[error("LOG_FILE cannot be used: it cannot be opened")]
    File(#[from] InitError),
    /// Spans cannot be sent where they should be.
    #[error("OTEL_EXPORTER_OTLP_ENDPOINT cannot be used")]
    Spans(#[from] ExporterBuildError),
}

/// Starts the log of the whole process. In a process that has one already (tests), that one stays.
pub(crate) fn start(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Guard, LogError> {
    let line = Line { format: settings.log_format, clock };
    let spans = Sender::start(settings)?;
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse_lossy(format!(
        "{QUIET},{},{}",
        settings.log_level.0,
        spans::directive(spans.as_ref())
    ));
    let registry = tracing_subscriber::registry().with(filter).with(spans.as_ref().map(Sender::layer));
    let Some(path) = &settings.log_file else {
        let to_stderr = fmt::layer().event_format(line).with_writer(std::io::stderr);
        let _already_started = registry.with(to_stderr).try_init();
        return Ok(Guard { _spans: spans, _writers: Vec::new() });
    };
    let (all, all_guard) = file(path, "")?;
    let (errors, errors_guard) = file(path, "error.")?;
    let to_file = fmt::layer().event_format(line.clone()).with_writer(all);
    let to_error_file = fmt::layer().event_format(line).with_writer(errors).with_filter(LevelFilter::ERROR);
    let _already_started = registry.with(to_file).with(to_error_file).try_init();
    Ok(Guard { _spans: spans, _writers: vec![all_guard, errors_guard] })
}

/// A file a day: `cardkey.log` becomes `cardkey.2026-11-20.log`, its errors `error.cardkey.2026-11-20.log`. Neither name begins with
/// the other, since old files are found by how their names begin.
fn file(path: &Path, kind: &str) -> Result<(NonBlocking, WorkerGuard), LogError> {
    let text = |part: Option<&std::ffi::OsStr>| part.and_then(|part| part.to_str()).unwrap_or_default().to_owned();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix(format!("{kind}{}", text(path.file_stem())))
        .filename_suffix(text(path.extension().or(Some("log".as_ref()))))
        .max_log_files(DAYS_KEPT)
        .build(folder)?;
    Ok(tracing_appender::non_blocking(appender))
}
