use std::process::ExitCode;
use std::sync::Arc;

use super::arguments::RotateOptions;
use super::runtime;
use super::terminal::{say, say_json};
use crate::config::Settings;
use crate::start::{StartError, SystemEntropy, rotate};

pub(super) fn rotate_secrets(settings: &Settings, options: &RotateOptions) -> Result<ExitCode, StartError> {
    let rotated = runtime()?.block_on(rotate(settings, Arc::new(SystemEntropy::default())))?;
    if options.json {
        say_json(&rotated);
    } else {
        let (keys, card_keys) = (rotated.secrets + rotated.signing_keys, rotated.card_keys);
        say(&format!("Sealed again: {keys} keys, {card_keys} card keys, {} replies.", rotated.receipts));
        say("ENCRYPTION_KEY_OLD can be taken away once every server runs without needing it.");
    }
    Ok(ExitCode::SUCCESS)
}
