use std::fs;
use std::net::TcpListener;

use cardkey_tests::server::{Ended, Server, Settings, run_to_end};
use cardkey_tests::{Backend, Database, on_each_database};
use tempfile::TempDir;

const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const OTHER_KEY: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

fn production() -> Settings {
    Settings::default().set("APP_ENV", "production").set("ENCRYPTION_KEY", KEY)
}

/// Starts the server in an empty folder and insists that it ends at once with code 1 and one line that holds all of `words`.
async fn refused(settings: Settings, words: &[&str]) {
    let folder = TempDir::new().unwrap();
    let settings = settings.set("DATA_DIR", folder.path().join("data").to_string_lossy());
    let ended = run_to_end(&["serve"], &settings, folder.path()).await;
    assert_one_line(&ended, words);
    assert!(!folder.path().join("data/cardkey.db").exists(), "a database was made");
}

fn assert_one_line(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.errors.trim_end().lines().count(), 1, "{ended:?}");
    assert_eq!(ended.output, "", "{ended:?}");
    for word in words {
        assert!(ended.errors.contains(word), "{word}: {ended:?}");
    }
    assert!(!ended.errors.contains("panicked"), "{ended:?}");
}

// SEC-08
#[tokio::test]
async fn production_needs_an_encryption_key_of_its_own() {
    refused(production().without("ENCRYPTION_KEY"), &["ENCRYPTION_KEY"]).await;
    for malformed in ["short", "0123", &"z".repeat(64), &"0".repeat(63), "not base64 at all!!"] {
        let settings = production().set("ENCRYPTION_KEY", malformed);
        refused(settings, &["ENCRYPTION_KEY"]).await;
    }
    refused(
        production().without("ENCRYPTION_KEY").set("ENCRYPTION_KEY_FILE", "/nowhere/key"),
        &["ENCRYPTION_KEY_FILE"],
    )
    .await;
}

// AUTH-02
#[tokio::test]
async fn production_refuses_the_default_password() {
    refused(production().without("INITIAL_ADMIN_PASSWORD"), &["INITIAL_ADMIN_PASSWORD"]).await;
    refused(production().set("INITIAL_ADMIN_PASSWORD", "admin1314159"), &["INITIAL_ADMIN_PASSWORD"]).await;
    refused(production().set("INITIAL_ADMIN_PASSWORD", "weak"), &["INITIAL_ADMIN_PASSWORD"]).await;
}

// OPS-14
#[tokio::test]
async fn a_malformed_setting_is_named_and_its_value_is_not_repeated() {
    let canary = "malformed-canary";
    let names = [
        "APP_ENV",
        "HOST",
        "PORT",
        "DATABASE_URL",
        "DATABASE_POOL_SIZE",
        "JWT_ALGORITHM",
        "JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
        "JWT_REFRESH_TOKEN_EXPIRE_DAYS",
        "PASSWORD_SALT_ROUNDS",
        "SESSION_MAX_PER_USER",
        "LOGIN_MAX_FAILURES",
        "LOGIN_LOCK_MINUTES",
        "LOG_FORMAT",
        "DEFAULT_LOCALE",
        "TRUSTED_PROXIES",
        "ENCRYPTION_KEY",
        "PUBLIC_URL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];
    for name in names {
        let folder = TempDir::new().unwrap();
        let ended = run_to_end(&["serve"], &Settings::default().set(name, canary), folder.path()).await;
        assert_one_line(&ended, &[name]);
        assert!(!ended.errors.contains(canary), "it may be a secret: {ended:?}");
    }
    for (name, value) in [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("SESSION_MAX_PER_USER", "0"),
        ("SESSION_MAX_PER_USER", "51"),
        ("PASSWORD_SALT_ROUNDS", "99"),
    ] {
        refused(Settings::default().set(name, value), &[name]).await;
    }
}

// OPS-14
#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(Settings::default().set("PORT", &port), &["PORT", &port]).await;
}

// OPS-14
#[tokio::test]
async fn a_data_folder_that_cannot_be_used_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for path in [file.clone(), file.join("below"), "/proc/no/such/folder".into()] {
        let settings = Settings::default().set("DATA_DIR", path.to_string_lossy());
        let ended = run_to_end(&["serve"], &settings, folder.path()).await;
        assert_one_line(&ended, &["DATA_DIR"]);
    }
}

// OPS-02
#[tokio::test]
async fn a_database_that_is_not_there_is_named_without_its_password() {
    for url in ["postgres://cardkey:canary@127.0.0.1:1/cardkey", "mysql://cardkey:canary@127.0.0.1:1/cardkey"] {
        let folder = TempDir::new().unwrap();
        let settings =
            Settings::default().set("DATABASE_URL", url).set("DATA_DIR", folder.path().join("data").to_string_lossy());
        let ended = run_to_end(&["serve"], &settings, folder.path()).await;
        assert_one_line(&ended, &["database"]);
        assert!(!ended.errors.contains("canary"), "{ended:?}");
    }
    refused(Settings::default().set("DATABASE_URL", "sqlite::memory:"), &["memory"]).await;
    refused(Settings::default().set("DATABASE_URL", "oracle://x"), &["DATABASE_URL"]).await;
}

on_each_database! {
    // SEC-08
    async fn another_key_than_the_databases_stops_the_start(database: Database) {
        let mut server = production().start(database).await;
        let _ = server.api().admin().await;
        let _ = server.terminate().await;
        let other = server.settings().clone().set("ENCRYPTION_KEY", OTHER_KEY);
        let ended = run_to_end(&["serve"], &other, &server.data()).await;
        assert_one_line(&ended, &["ENCRYPTION_KEY"]);
        // And nothing was touched: with its own key everything is as it was.
        server.start_again().await;
        let _ = server.api().admin().await;
    }

    // OPS-02
    async fn a_database_newer_than_the_program_stops_the_start(database: Database) {
        let mut server = Server::on(database).await;
        let _ = server.terminate().await;
        let row = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_from_the_future', 0)";
        server.execute(row);
        for command in ["serve", "migrate"] {
            let ended = run_to_end(&[command], server.settings(), &server.data()).await;
            assert_one_line(&ended, &["newer", "m29990101_000001_from_the_future"]);
        }
    }
}

// OPS-02
#[tokio::test]
async fn two_programs_cannot_use_one_port() {
    let server = Server::on(Database::create(Backend::Sqlite)).await;
    let port = server.port().to_string();
    refused(Settings::default().set("PORT", &port), &["PORT", &port]).await;
    let _ = server.api().get("/livez").send().await.ok();
}
