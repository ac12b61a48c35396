//! The documentation of the table. `.env.example` and `docs/configuration.md` are these texts.

use std::fmt::{self, Write};

use super::table::{Entry, LATER, TABLE};

/// `.env.example`: every name, with its default as a comment.
pub(crate) fn env_example() -> Result<String, fmt::Error> {
    let mut text = String::from(
        "# Every setting of Cardkey. Copy to .env and take away the # of those you change.\n\
         # The environment of the process takes precedence over .env. Made from the table in crates/server/src/config/table.rs.\n",
    );
    for (group, entries) in groups() {
        write!(text, "\n# --- {group} ---\n")?;
        for entry in entries {
            writeln!(text, "\n#{}", entry.doc)?;
            writeln!(text, "#{}={}", entry.name, entry.default.unwrap_or_default())?;
        }
    }
    text.push_str("\n# --- Known, without effect in this version ---\n\n");
    for (name, purpose) in LATER {
        writeln!(text, "#{}=   # {purpose}", name.replace('*', "<NAME>"))?;
    }
    Ok(text)
}

/// `docs/configuration.md`.
pub(crate) fn markdown() -> Result<String, fmt::Error> {
    let mut text = String::from(
        "# Configuration\n\n\
         Cardkey is configured by environment variables and by a file `.env` in its working directory; the environment takes\n\
         precedence. A malformed value stops the start with exit code 1 and one line that names the setting. Names that look like\n\
         settings but are none are reported as warnings at start. Secrets are never printed. This page is made from the table in\n\
         `crates/server/src/config/table.rs`.\n",
    );
    for (group, entries) in groups() {
        write!(text, "\n## {group}\n\n| name | default | meaning |\n|---|---|---|\n")?;
        for entry in entries {
            let default = entry.default.map_or_else(|| "–".to_owned(), |default| format!("`{default}`"));
            let secret = if entry.is_secret { " (secret)" } else { "" };
            let doc = entry.doc.trim().replace('|', "\\|");
            writeln!(text, "| `{}`{secret} | {default} | {doc} |", entry.name)?;
        }
    }
    text.push_str("\n## Known, without effect in this version\n\n| name | for |\n|---|---|\n");
    for (name, purpose) in LATER {
        writeln!(text, "| `{}` | {purpose} |", name.replace('*', "<NAME>"))?;
    }
    Ok(text)
}

fn groups() -> Vec<(&'static str, Vec<&'static Entry>)> {
    let mut groups: Vec<(&str, Vec<&Entry>)> = Vec::new();
    for entry in TABLE {
        match groups.last_mut() {
            Some((group, entries)) if *group == entry.group => entries.push(entry),
            _ => groups.push((entry.group, vec![entry])),
        }
    }
    groups
}
