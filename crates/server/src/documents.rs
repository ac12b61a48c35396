//! Holds the documents that are made from tables to those tables.

use std::path::Path;

/// Compares a file of the repository with what it should say. With `UPDATE_DOCUMENTS` set, writes it instead.
pub(crate) fn check(path: &str, should: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    #[allow(clippy::disallowed_methods, reason = "a switch for the one who runs the test")]
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, should).unwrap();
    }
    let is = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(is == should, "{} is out of date; UPDATE_DOCUMENTS=1 writes it anew", path.display());
}
