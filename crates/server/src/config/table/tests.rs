use super::*;
use crate::config::{env_example, markdown};
use crate::documents;

fn load(values: &[(&'static str, &str)]) -> Result<Settings, String> {
    let environment = Environment::of(values.iter().map(|(name, value)| (*name, (*value).to_owned())));
    Settings::load(&environment).map_err(|invalid| invalid.to_string())
}

// OPS-14
#[test]
fn nothing_set_means_the_documented_defaults() {
    let settings = load(&[]).unwrap();
    assert_eq!((settings.host.to_string().as_str(), settings.port), ("127.0.0.1", 8000));
    assert_eq!(settings.access_token_lifetime, Duration::from_secs(2 * 60 * 60));
    assert_eq!(settings.refresh_token_lifetime, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!((settings.session_max_per_user, settings.login_max_failures, settings.password_cost), (3, 5, 12));
    assert_eq!(settings.app_env, AppEnv::Development);
    assert!(settings.encryption_key.is_none());
}

// OPS-14
#[test]
fn a_malformed_value_is_reported_by_name_and_never_repeated() {
    for (name, value) in [
        ("APP_ENV", "prod-value"),
        ("HOST", "not-an-address"),
        ("PORT", "70000"),
        ("PUBLIC_URL", "ftp://somewhere"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,somewhere"),
        ("DATABASE_URL", "oracle://somewhere"),
        ("DATABASE_POOL_SIZE", "none"),
        ("ENCRYPTION_KEY", "hunter2-hunter2"),
        ("JWT_ALGORITHM", "none"),
        ("JWT_SECRET_KEY", "hunter2"),
        ("JWT_ACCESS_TOKEN_EXPIRE_MINUTES", "-7"),
        ("SESSION_MAX_PER_USER", "99"),
        ("PASSWORD_SALT_ROUNDS", "99"),
        ("LOG_FORMAT", "xml-value"),
        ("LOG_LEVEL", "a=b=c"),
        ("DEFAULT_LOCALE", "fr-value"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:canary@collector/"),
    ] {
        let told = load(&[(name, value)]).unwrap_err();
        assert!(told.starts_with(&format!("{name} must ")) || told.starts_with(&format!("{name} is ")), "{told}");
        assert!(!told.contains(value), "{told}");
    }
}

// SEC-09
#[test]
fn secrets_are_not_printed() {
    let key = "q83vEjRWeJASNFZ4kKvN7xI0VniQq83vEjRWeJASNFY=";
    let settings = load(&[
        ("ENCRYPTION_KEY", key),
        ("INITIAL_ADMIN_PASSWORD", "canary-one"),
        ("JWT_SECRET_KEY", "canary-two-canary-two-canary-two-canary"),
        ("DATABASE_URL", "postgres://me:canary-three@host/db"),
    ]);
    let printed = format!("{:?}", settings.unwrap());
    assert!(!printed.contains("canary") && !printed.contains(key), "{printed}");
}

// OPS-14
#[test]
fn blanks_mean_not_set() {
    assert_eq!(load(&[("PORT", " "), ("LOG_FILE", "")]).unwrap().port, 8000);
}

// OPS-14, DOC-01
#[test]
fn the_documentation_lists_every_name() {
    documents::check(".env.example", &env_example().unwrap());
    documents::check("docs/configuration.md", &markdown().unwrap());
}
