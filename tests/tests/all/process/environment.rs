use std::fs;
use std::path::Path;

use cardkey_tests::server::{Server, Settings, run_to_end};
use cardkey_tests::{Backend, Database};
use tempfile::TempDir;

/// Every name of docs/configuration.md's promise to operators.
const NAMES: &str = "APP_ENV HOST PORT CONSOLE_PORT DATA_DIR DATABASE_URL DATABASE_REPLICA_URL DATABASE_POOL_SIZE REDIS_URL JWT_SECRET_KEY \
    JWT_ALGORITHM JWT_ACCESS_TOKEN_EXPIRE_MINUTES JWT_REFRESH_TOKEN_EXPIRE_DAYS ENCRYPTION_KEY ENCRYPTION_KEY_FILE ADMIN_TOKEN \
    INITIAL_ADMIN_PASSWORD PASSWORD_SALT_ROUNDS SESSION_MAX_PER_USER RATE_LIMIT_PER_SECOND LOGIN_MAX_FAILURES LOGIN_LOCK_MINUTES \
    UPLOAD_DIR MAX_FILE_SIZE SMTP_HOST SMTP_PORT SMTP_USERNAME SMTP_PASSWORD SMTP_FROM LOG_LEVEL LOG_FORMAT LOG_FILE LOG_RETENTION_DAYS \
    APP_NAME PUBLIC_URL ALLOWED_HOSTS CORS_ORIGINS TRUSTED_PROXIES GEOIP_DATABASE TLS_CERT_FILE TLS_KEY_FILE DEFAULT_LOCALE";

// OPS-14
#[test]
fn every_name_stands_in_the_example() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.env.example");
    let example = fs::read_to_string(example).unwrap();
    for name in NAMES.split_whitespace() {
        assert!(example.lines().any(|line| line.starts_with(&format!("#{name}="))), "{name}");
    }
}

// OPS-14
#[tokio::test]
async fn an_unknown_name_is_reported_with_what_was_meant() {
    let settings = Settings::default().set("DATABSE_URL", "canary").set("JWT_LIFETIME", "canary").set("HOME", "/root");
    let server = settings.start(Database::create(Backend::Sqlite)).await;
    let log = server.log();
    assert!(log.contains("DATABSE_URL") && log.contains("DATABASE_URL") && log.contains("JWT_LIFETIME"), "{log}");
    assert!(!log.contains("canary") && !log.contains("HOME"), "{log}");
}

// OPS-14
#[tokio::test]
async fn settings_come_from_the_file_and_the_environment_wins() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".env"), "# a comment\nPORT=not-a-port\nLOG_FORMAT=\"json\"\n").unwrap();
    let ended = run_to_end(&["serve"], &Settings::none(), folder.path()).await;
    assert_eq!((ended.code, ended.errors.contains("PORT")), (Some(1), true), "{ended:?}");
    let doctor = run_to_end(&["doctor", "--json"], &Settings::none().set("PORT", "0"), folder.path()).await;
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    fs::write(folder.path().join(".env"), "this is no setting: canary\n").unwrap();
    let ended = run_to_end(&["serve"], &Settings::none(), folder.path()).await;
    assert_eq!(
        (ended.code, ended.errors.contains(".env"), ended.errors.contains("canary")),
        (Some(1), true, false),
        "{ended:?}"
    );
}

// OPS-02
#[tokio::test]
async fn nothing_needs_to_be_set() {
    let server = Settings::none().set("PORT", "0").start(Database::create(Backend::Sqlite)).await;
    let _ = server.api().get("/readyz").send().await.ok();
    assert!(server.data().join("cardkey.db").exists());
    drop::<Server>(server);
}
