use std::io::{Write, stderr, stdout};

use serde::Serialize;

/// Prints a line. Whoever stopped reading is not told.
pub(super) fn say(line: &str) {
    let mut out = stdout().lock();
    let _closed = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a value as JSON.
pub(super) fn say_json(value: &impl Serialize) {
    say(&serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Says on standard error why something could not be done.
pub(super) fn complain(line: &str) {
    let _closed = writeln!(stderr(), "cardkey: {line}");
}

/// Says on standard error what should be looked at.
pub(super) fn warn(line: &str) {
    complain(&format!("warning: {line}"));
}
