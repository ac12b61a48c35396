use std::process::ExitCode;

use cardkey_persistence::{Database, MigrationStatus};
use serde::Serialize;

use super::arguments::MigrateOptions;
use super::runtime;
use super::terminal::{say, say_json};
use crate::config::Settings;
use crate::start::{DataDir, StartError, database_url, is_new_file};

#[derive(Serialize)]
struct Outcome {
    applied: Vec<String>,
    pending: Vec<String>,
}

pub(super) fn migrate(settings: &Settings, options: &MigrateOptions) -> Result<ExitCode, StartError> {
    let outcome = runtime()?.block_on(run(settings, options.status))?;
    if options.json {
        say_json(&outcome);
    } else if options.status {
        outcome.applied.iter().for_each(|name| say(&format!("applied  {name}")));
        outcome.pending.iter().for_each(|name| say(&format!("pending  {name}")));
    } else if outcome.applied.is_empty() {
        say("The database is up to date.");
    } else {
        outcome.applied.iter().for_each(|name| say(&format!("applied  {name}")));
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells what was applied: just now, or ever with `only_look`.
async fn run(settings: &Settings, only_look: bool) -> Result<Outcome, StartError> {
    let url = database_url(settings);
    if only_look && is_new_file(&url) {
        let MigrationStatus { applied, pending } = MigrationStatus::of_nothing();
        return Ok(Outcome { applied, pending });
    }
    DataDir::open(settings)?;
    let database = Database::connect(&url, 2).await.map_err(StartError::Database)?;
    if only_look {
        let MigrationStatus { applied, pending } = database.migration_status().await?;
        return Ok(Outcome { applied, pending });
    }
    Ok(Outcome { applied: database.migrate().await?, pending: Vec::new() })
}
