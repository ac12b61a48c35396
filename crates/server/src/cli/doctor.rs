use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use cardkey_crypto::Vault;
use cardkey_domain::{Clock, Timestamp};
use cardkey_persistence::Database;
use comfy_table::Table;
use serde::Serialize;

use super::arguments::DoctorOptions;
use super::{environment, runtime, terminal};
use crate::config::{AppEnv, Settings, unknown_names};
use crate::start::{DataDir, KeySource, StartError, SystemClock, SystemEntropy, check_key, database_url, is_new_file};

/// What one look found.
#[derive(Serialize)]
struct Finding {
    check: &'static str,
    verdict: Verdict,
    detail: String,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warning,
    Failed,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn note(&mut self, check: &'static str, verdict: Verdict, detail: impl Into<String>) {
        self.0.push(Finding { check, verdict, detail: detail.into() });
    }

    /// Takes what was found good, or notes why it was not.
    fn take<T>(&mut self, check: &'static str, outcome: Result<T, StartError>) -> Option<T> {
        outcome.map_err(|error| self.note(check, Verdict::Failed, error.in_one_line())).ok()
    }
}

/// Looks at everything that a start needs, without changing anything but making the data folder.
pub(super) fn doctor(options: &DoctorOptions) -> Result<ExitCode, StartError> {
    let findings = runtime()?.block_on(look());
    let is_well = findings.0.iter().all(|finding| finding.verdict != Verdict::Failed);
    if options.json {
        terminal::say_json(&serde_json::json!({ "ok": is_well, "checks": findings.0 }));
    } else {
        terminal::say(&table(&findings.0));
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn table(findings: &[Finding]) -> String {
    let mut table = Table::new();
    table.load_preset(comfy_table::presets::NOTHING);
    for finding in findings {
        let verdict = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "FAILED",
        };
        table.add_row([finding.check, verdict, &finding.detail]);
    }
    table.to_string()
}

async fn look() -> Findings {
    let mut findings = Findings::default();
    let Some(settings) = look_at_configuration(&mut findings) else { return findings };
    look_at_clock(&mut findings);
    look_at_port(&settings, &mut findings);
    let data_dir = findings.take("data folder", DataDir::open(&settings));
    let Some(data_dir) = data_dir else { return findings };
    findings.note("data folder", Verdict::Ok, settings.data_dir.display().to_string());
    let key = findings.take("encryption key", KeySource::find(&settings, &data_dir));
    if let Some(database) = look_at_database(&settings, &mut findings).await {
        look_at_key(&database, key, &mut findings).await;
    }
    findings
}

fn look_at_configuration(findings: &mut Findings) -> Option<Settings> {
    let environment = findings.take("configuration", environment())?;
    for remark in unknown_names(&environment) {
        findings.note("configuration", Verdict::Warning, remark);
    }
    let settings = findings.take("configuration", Settings::load(&environment).map_err(StartError::from))?;
    let manners = if settings.app_env == AppEnv::Production { "production" } else { "development" };
    findings.note("configuration", Verdict::Ok, format!("every value is well-formed ({manners})"));
    Some(settings)
}

/// A clock before the program was written makes every token and licence wrong.
fn look_at_clock(findings: &mut Findings) {
    let (now, written) = (SystemClock.now(), Timestamp::from_seconds(1_763_000_000));
    let verdict = if now > written { Verdict::Ok } else { Verdict::Failed };
    findings.note("clock", verdict, now.to_string());
}

fn look_at_port(settings: &Settings, findings: &mut Findings) {
    let place = format!("{}:{}", settings.host, settings.port);
    match TcpListener::bind((settings.host, settings.port)) {
        Ok(_) => findings.note("port", Verdict::Ok, format!("{place} is free")),
        Err(error) => findings.note("port", Verdict::Warning, format!("{place}: {error}; is the server running?")),
    }
}

async fn look_at_database(settings: &Settings, findings: &mut Findings) -> Option<Database> {
    let url = database_url(settings);
    if is_new_file(&url) {
        findings.note("database", Verdict::Ok, "not there yet; the first start makes it");
        return None;
    }
    let connected = Database::connect(&url, 2).await.map_err(StartError::Database);
    let database = findings.take("database", connected)?;
    findings.note("database", Verdict::Ok, database.kind());
    let status = findings.take("migrations", database.migration_status().await.map_err(StartError::from))?;
    let (applied, pending) = (status.applied.len(), status.pending.len());
    let verdict = if pending == 0 { Verdict::Ok } else { Verdict::Warning };
    findings.note("migrations", verdict, format!("{applied} applied, {pending} pending"));
    (applied > 0).then_some(database)
}

async fn look_at_key(database: &Database, key: Option<KeySource>, findings: &mut Findings) {
    let entropy = Arc::new(SystemEntropy::default());
    match key {
        None => {}
        Some(KeySource::ToBeMade(path)) => match database.secret_names().await {
            Ok(names) if names.is_empty() => {
                findings.note("encryption key", Verdict::Ok, "not there yet; the first start makes it");
            }
            Ok(_) => findings.note("encryption key", Verdict::Failed, StartError::LostKey(path).in_one_line()),
            Err(error) => findings.note("encryption key", Verdict::Failed, StartError::Store(error).in_one_line()),
        },
        Some(KeySource::Given(key)) => match check_key(database, &Vault::new(&key, &[], entropy)).await {
            Ok(Some(false)) => findings.note("encryption key", Verdict::Failed, StartError::WrongKey.in_one_line()),
            Ok(_) => findings.note("encryption key", Verdict::Ok, key.id().to_string()),
            Err(error) => findings.note("encryption key", Verdict::Failed, StartError::Store(error).in_one_line()),
        },
    }
}
