use std::fs;
use std::path::Path;

use cardkey_tests::server::{Settings, run_to_end};
use cardkey_tests::{Backend, Database, on_each_database};
use futures::future::join_all;
use serde_json::Value;
use tempfile::TempDir;

on_each_database! {
    // OPS-01, OPS-02
    async fn migrate_brings_an_empty_database_up_to_date_once(database: Database) {
        let database = Database::empty(database.backend());
        let folder = TempDir::new().unwrap();
        let settings = Settings::default().set("DATA_DIR", folder.path().join("data").to_string_lossy());
        let settings = settings.set("DATABASE_URL", database.url());
        let run = async |arguments: &[&str]| {
            let ended = run_to_end(arguments, &settings, folder.path()).await;
            assert_eq!(ended.code, Some(0), "{ended:?}");
            let output: Value = serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"));
            output
        };
        let count = |output: &Value, list: &str| output[list].as_array().map_or(0, Vec::len);
        let before = run(&["migrate", "--status", "--json"]).await;
        assert!(count(&before, "pending") > 0 && count(&before, "applied") == 0, "{before}");
        // Of those that start together one does it; the others wait, and find nothing to do.
        let runs = (0..6).map(|_| run(&["migrate", "--json"]));
        let applied = join_all(runs).await.iter().map(|output| count(output, "applied")).filter(|count| *count > 0).collect::<Vec<_>>();
        assert_eq!(applied, [count(&before, "pending")]);
        let after = run(&["migrate", "--status", "--json"]).await;
        assert_eq!((count(&after, "pending"), count(&after, "applied")), (0, count(&before, "pending")), "{after}");
    }

    // OPS-01
    async fn doctor_finds_nothing_wrong_with_a_new_installation(database: Database) {
        let folder = TempDir::new().unwrap();
        let settings = Settings::default().set("DATA_DIR", folder.path().join("data").to_string_lossy());
        let settings = settings.set("DATABASE_URL", database.url());
        let ended = run_to_end(&["doctor", "--json"], &settings, folder.path()).await;
        let report: Value = serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"));
        assert_eq!((ended.code, &report["ok"]), (Some(0), &Value::Bool(true)), "{report}");
    }
}

// OPS-01
#[tokio::test]
async fn doctor_says_what_is_wrong() {
    let folder = TempDir::new().unwrap();
    let settings = Settings::default().set("DATA_DIR", folder.path().join("data").to_string_lossy());
    let settings = settings.set("DATABASE_URL", "postgres://cardkey:canary@127.0.0.1:1/cardkey");
    let ended = run_to_end(&["doctor", "--json"], &settings, folder.path()).await;
    let report: Value = serde_json::from_str(&ended.output).unwrap_or_else(|_| panic!("{ended:?}"));
    assert_eq!((ended.code, &report["ok"]), (Some(1), &Value::Bool(false)), "{report}");
    let failed = |check: &Value| check["verdict"] == "failed" && check["check"] == "database";
    assert!(report["checks"].as_array().unwrap().iter().any(failed), "{report}");
    assert!(!ended.output.contains("canary"), "{report}");
}

// DOC-01
#[tokio::test]
async fn the_committed_openapi_document_is_the_programs() {
    let folder = TempDir::new().unwrap();
    let ended = run_to_end(&["openapi"], &Settings::none(), folder.path()).await;
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.output == fs::read_to_string(committed).unwrap(), "run `make openapi`");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "it touches nothing");
}

// OPS-01
#[tokio::test]
async fn what_is_no_command_ends_with_2_and_help_with_0() {
    let folder = TempDir::new().unwrap();
    for arguments in [["nonsense"].as_slice(), &["serve", "--nonsense"], &["migrate", "x"]] {
        let ended = run_to_end(arguments, &Settings::none(), folder.path()).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
    }
    for arguments in [["--help"].as_slice(), &["--version"], &["serve", "--help"]] {
        let ended = run_to_end(arguments, &Settings::none(), folder.path()).await;
        assert_eq!((ended.code, ended.output.is_empty()), (Some(0), false), "{ended:?}");
    }
}

#[test]
fn an_empty_database_is_really_empty() {
    let database = Database::empty(Backend::Sqlite);
    assert!(!Path::new(database.url().trim_start_matches("sqlite://")).exists());
}
