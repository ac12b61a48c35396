//! `cardkey audit`: whether the audit log is as it was written, and the archiving of what is old.

use std::process::ExitCode;
use std::sync::Arc;

use cardkey_audit::{Finding, RetainError, Retained, Verified, VerifyError};
use cardkey_crypto::{PublicKey, Vault, hex};
use cardkey_domain::{Ambient, Entropy, Timestamp};
use cardkey_events::{Call, StoreError};
use cardkey_persistence::Database;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use serde_json::json;

use super::arguments::AuditCommand;
use super::runtime;
use super::terminal::{complain, say, say_json};
use crate::config::Settings;
use crate::start::{
    AuditKeeper, DataDir, KeySource, Keys, StartError, SystemClock, SystemEntropy, check_key, database_url, is_new_file,
};

pub(super) fn audit(settings: &Settings, command: &AuditCommand) -> Result<ExitCode, StartError> {
    runtime()?.block_on(async {
        match command {
            AuditCommand::Verify { public_key, json } => verify(settings, public_key.as_deref(), *json).await,
            AuditCommand::Archive { before, json } => archive(settings, before.as_deref(), *json).await,
        }
    })
}

async fn verify(settings: &Settings, public_key: Option<&str>, json: bool) -> Result<ExitCode, StartError> {
    let database = open(settings).await?;
    let mut verification = AuditKeeper::verification(settings, &database, ambient());
    if let Some(text) = public_key {
        let Ok(key) = PublicKey::parse(text) else {
            complain("--public-key must be an Ed25519 key: 32 bytes in base64url");
            return Ok(ExitCode::FAILURE);
        };
        verification = verification.believing(key);
    }
    let verified = verification.verify().await.map_err(|error| match error {
        VerifyError::Store(error) => error,
        error @ VerifyError::Folder(_) => StoreError::Backend(error.into()),
    })?;
    let is_well = verified.findings.total() == 0;
    if json {
        say_json(&as_json(&verified));
    } else {
        say(&summary(&verified));
        if !is_well {
            say(&table(verified.findings.kept()).to_string());
        }
    }
    if !is_well {
        complain(&format!("the audit log is not as it was written: {} findings", verified.findings.total()));
    }
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn archive(settings: &Settings, before: Option<&str>, json: bool) -> Result<ExitCode, StartError> {
    let before = match before.map(Timestamp::parse).transpose() {
        Ok(before) => before,
        Err(invalid) => {
            complain(&format!("--before: {invalid}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let database = open(settings).await?;
    let data_dir = DataDir::open(settings)?;
    let keeper =
        AuditKeeper::new(settings, &database, &data_dir, &keys(settings, &database, &data_dir).await?, &ambient());
    let call = Call::by_system("cli", "cardkey audit archive".to_owned());
    let done = match before {
        Some(before) => keeper.retention.archive_before(&call, before).await,
        None => keeper.retention.run(&call).await,
    };
    match done {
        Ok(done) => {
            tell(&done, json);
            Ok(ExitCode::SUCCESS)
        }
        Err(RetainError::Store(error)) => Err(error.into()),
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            complain(&format!("{error}{cause}"));
            Ok(ExitCode::FAILURE)
        }
    }
}

fn tell(done: &Retained, json: bool) {
    if json {
        return say_json(done);
    }
    say(&format!("Cleaned up {} old audit rows; they are in {} new archives.", done.rows, done.files));
    if done.expired_files > 0 {
        say(&format!("Cleaned up {} old audit archives.", done.expired_files));
    }
}

async fn open(settings: &Settings) -> Result<Database, StartError> {
    let url = database_url(settings);
    if is_new_file(&url) {
        return Err(StoreError::Unavailable("there is no database yet; start the server first".into()).into());
    }
    let database = Database::connect(&url, 2).await.map_err(StartError::Database)?;
    if !database.migration_status().await?.pending.is_empty() {
        return Err(StartError::NotMigrated);
    }
    Ok(database)
}

/// The keys, of which only the one that signs is needed; it is sealed as all others are.
async fn keys(settings: &Settings, database: &Database, data_dir: &DataDir) -> Result<Keys, StartError> {
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
    let master = KeySource::find(settings, data_dir)?.into_key(true, entropy.as_ref())?;
    let older: Vec<_> = settings.encryption_key_old.clone().into_iter().collect();
    let vault = Vault::new(&master, &older, Arc::clone(&entropy));
    if check_key(database, &vault).await? != Some(true) {
        return Err(StartError::WrongKey);
    }
    Keys::open(database, vault, entropy.as_ref()).await
}

fn ambient() -> Ambient {
    Ambient::new(Arc::new(SystemClock), Arc::new(SystemEntropy::default()))
}

fn as_json(verified: &Verified) -> serde_json::Value {
    json!({
        "ok": verified.findings.total() == 0,
        "rows": verified.rows,
        "archived_rows": verified.archived_rows,
        "expired_rows": verified.expired_rows,
        "unsealed_rows": verified.unsealed,
        "checkpoints": verified.checkpoints,
        "anchors": verified.anchors,
        "head": { "seq": verified.head.seq, "hash": hex(&verified.head.hash) },
        "signed_up_to": verified.signed_up_to,
        "findings_total": verified.findings.total(),
        "findings": verified.findings.kept(),
    })
}

fn summary(verified: &Verified) -> String {
    let mut table = plain_table();
    let signed = format!("{} of {}", verified.signed_up_to, verified.head.seq);
    let rows = [
        ("rows checked", verified.rows.to_string()),
        ("rows checked in archives", verified.archived_rows.to_string()),
        ("rows whose time is over", verified.expired_rows.to_string()),
        ("rows not sealed yet", verified.unsealed.to_string()),
        ("checkpoints that hold", format!("{} in the database, {} outside", verified.checkpoints, verified.anchors)),
        ("signed up to place", signed),
        ("head", hex(&verified.head.hash)),
        ("findings", verified.findings.total().to_string()),
    ];
    for (name, value) in rows {
        table.add_row([name.to_owned(), value]);
    }
    table.to_string()
}

fn table(findings: &[Finding]) -> Table {
    let mut table = plain_table();
    table.set_header(["FINDING", "PLACE", "ROW", "AT", "DETAIL"]);
    for finding in findings {
        let kind = serde_json::to_value(finding.finding).unwrap_or_default();
        table.add_row([
            kind.as_str().unwrap_or_default().to_owned(),
            finding.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            finding.id.clone().unwrap_or_default(),
            finding.at.clone().unwrap_or_default(),
            finding.detail.clone(),
        ]);
    }
    table
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table
}
