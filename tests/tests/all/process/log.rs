use std::fs;

use cardkey_tests::server::Settings;
use cardkey_tests::{Backend, Database};
use serde_json::Value;

// OPS-07
#[tokio::test]
async fn the_json_log_is_an_object_a_line_and_names_the_request() {
    let settings = Settings::default().set("LOG_FORMAT", "json").set("LOG_LEVEL", "debug");
    let server = settings.start(Database::create(Backend::Sqlite)).await;
    let reply = server.api().get("/api/v1/users").send().await;
    let log = server.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    assert!(!lines.is_empty());
    let id = reply.header("x-request-id");
    assert!(lines.iter().any(|line| line.to_string().contains(id)), "{id}: {log}");
}

// OPS-07
#[tokio::test]
async fn the_log_goes_to_files_that_rotate_with_errors_in_one_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("logs/cardkey.log");
    let settings = Settings::default().set("LOG_LEVEL", "info").set("LOG_FILE", file.to_string_lossy());
    let mut server = settings.start(Database::create(Backend::Sqlite)).await;
    let _ = server.api().get("/livez").send().await.ok();
    let _ = server.terminate().await;
    let names: Vec<String> = fs::read_dir(folder.path().join("logs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(names.iter().any(|name| name.contains("error")), "{names:?}");
    let day = names.iter().filter(|name| !name.contains("error")).collect::<Vec<_>>();
    assert_eq!(day.len(), 1, "{names:?}");
    assert!(day[0].chars().filter(char::is_ascii_digit).count() >= 8, "a day in its name: {names:?}");
    let text = fs::read_to_string(folder.path().join("logs").join(day[0])).unwrap();
    assert!(text.contains("stopping"), "{text}");
}
