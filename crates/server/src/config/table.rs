use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use cardkey_crypto::MasterKey;
use cardkey_domain::Secret;

use super::environment::Environment;
use super::value::{
    AppEnv, DatabaseUrl, LogFormat, LogLevel, Networks, TimeOfDay, TokenAlgorithm, Value, base_url, days, minutes,
    number, origin,
};
use crate::http::Locale;

/// A setting that cannot be read, by its name. Its value is not repeated: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} {reason}")]
pub struct InvalidSetting {
    /// The name in the environment.
    pub name: &'static str,
    /// Completes the sentence "NAME …".
    pub reason: String,
}

/// What the table says of a name.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) default: Option<&'static str>,
    pub(super) is_secret: bool,
    pub(super) group: &'static str,
    pub(super) doc: &'static str,
}

macro_rules! settings {
    (@default $field:ident: $type:ty, $entry:expr, $environment:expr, $parse:expr, none) => {
        match $environment.get($entry.name) {
            None => None,
            Some(text) => Some($parse(text).map_err(|reason| InvalidSetting { name: $entry.name, reason })?),
        }
    };
    (@default $field:ident: $type:ty, $entry:expr, $environment:expr, $parse:expr, $default:literal) => {
        $parse($environment.get($entry.name).unwrap_or($default))
            .map_err(|reason| InvalidSetting { name: $entry.name, reason })?
    };
    (@text none) => { None };
    (@text $default:literal) => { Some($default) };
    ($($(#[doc = $doc:literal])+ $group:literal $name:literal $field:ident: $type:ty = $default:tt, $secret:literal, $parse:expr;)+) => {
        /// The configuration of one process.
        #[derive(Debug, Clone)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        /// Every setting, in the order of the documentation.
        pub(super) const TABLE: &[Entry] = &[$(Entry {
            name: $name,
            default: settings!(@text $default),
            is_secret: $secret,
            group: $group,
            doc: concat!($($doc),+),
        }),+];

        impl Settings {
            /// Reads every setting, or names the first that is malformed.
            pub fn load(environment: &Environment) -> Result<Self, InvalidSetting> {
                Ok(Self {
                    $($field: settings!(@default $field: $type, Entry {
                        name: $name, default: None, is_secret: $secret, group: $group, doc: "",
                    }, environment, $parse, $default),)+
                })
            }
        }
    };
}

settings! {
    /// `development` or `production`. Production starts only with an encryption key and an administrator's password of your own.
    "Process" "APP_ENV" app_env: AppEnv = "development", false, AppEnv::parse;
    /// The name that people see.
    "Process" "APP_NAME" app_name: String = "Cardkey", false, String::parse;
    /// The address to listen on.
    "Process" "HOST" host: IpAddr = "127.0.0.1", false, IpAddr::parse;
    /// The port to listen on; 0 takes a free one.
    "Process" "PORT" port: u16 = "8000", false, u16::parse;
    /// The address that clients reach the server by, as `https://licence.example.com`. Unset: `http://HOST:PORT`.
    "Process" "PUBLIC_URL" public_url: Option<String> = none, false, origin;
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas.
    "Process" "TRUSTED_PROXIES" trusted_proxies: Option<Networks> = none, false, Networks::parse;
    /// The language of messages when a client asks for none: `zh-CN` or `en`.
    "Process" "DEFAULT_LOCALE" default_locale: Locale = "zh-CN", false, Locale::parse;
    /// The folder of the database file, key files and logs. Made at the first start, for its owner alone.
    "Process" "DATA_DIR" data_dir: PathBuf = "./data", false, PathBuf::parse;

    /// `sqlite:path`, `postgres://…` or `mysql://…`. Unset: `cardkey.db` in DATA_DIR.
    "Database" "DATABASE_URL" database_url: Option<DatabaseUrl> = none, true, DatabaseUrl::parse;
    /// Connections to the database, 1 to 500.
    "Database" "DATABASE_POOL_SIZE" database_pool_size: u32 = "16", false, |text| number(text, 1, 500);

    /// The key that everything secret in the database is encrypted under: 32 random bytes in base64 or hex, as
    /// `openssl rand -base64 32` prints. Needed in production; development makes one in DATA_DIR.
    "Secrets" "ENCRYPTION_KEY" encryption_key: Option<MasterKey> = none, true, <MasterKey as Value>::parse;
    /// A file that holds the encryption key, instead of ENCRYPTION_KEY.
    "Secrets" "ENCRYPTION_KEY_FILE" encryption_key_file: Option<PathBuf> = none, false, PathBuf::parse;
    /// The key before the last change: what it encrypted can still be read, and `cardkey secrets rotate` encrypts it again.
    "Secrets" "ENCRYPTION_KEY_OLD" encryption_key_old: Option<MasterKey> = none, true, <MasterKey as Value>::parse;
    /// The password of the administrator `admin` who is made at the first start. Needed in production; unset in development it is
    /// `admin1314159`, good for nothing but being changed.
    "Secrets" "INITIAL_ADMIN_PASSWORD" initial_admin_password: Option<Secret<String>> = none, true, <Secret<String> as Value>::parse;

    /// How access and refresh tokens are signed: `EdDSA`, or `HS256` under JWT_SECRET_KEY.
    "Tokens and sessions" "JWT_ALGORITHM" jwt_algorithm: TokenAlgorithm = "EdDSA", false, TokenAlgorithm::parse;
    /// The key of HS256, at least 32 characters.
    "Tokens and sessions" "JWT_SECRET_KEY" jwt_secret_key: Option<Secret<String>> = none, true, |text: &str| {
        if text.len() >= 32 { <Secret<String> as Value>::parse(text) } else { Err("must be at least 32 characters".to_owned()) }
    };
    /// How long an access token lives, in minutes, 1 to 1440.
    "Tokens and sessions" "JWT_ACCESS_TOKEN_EXPIRE_MINUTES" access_token_lifetime: Duration = "120", false, |text| minutes(text, 1, 1_440);
    /// How long a refresh token lives, in days, 1 to 90: a session that is not refreshed ends by then.
    "Tokens and sessions" "JWT_REFRESH_TOKEN_EXPIRE_DAYS" refresh_token_lifetime: Duration = "7", false, |text| days(text, 1, 90);
    /// How long a session may live in all, in days, 1 to 365.
    "Tokens and sessions" "SESSION_ABSOLUTE_DAYS" session_lifetime: Duration = "30", false, |text| days(text, 1, 365);
    /// Live sessions of one user, 1 to 50; one more ends the least recently active.
    "Tokens and sessions" "SESSION_MAX_PER_USER" session_max_per_user: u32 = "3", false, |text| number(text, 1, 50);

    /// bcrypt's cost, 4 to 16; below 10 is for tests.
    "Passwords" "PASSWORD_SALT_ROUNDS" password_cost: u32 = "12", false, |text| number(text, 4, 16);
    /// Consecutive failures that lock an account, 1 to 100.
    "Passwords" "LOGIN_MAX_FAILURES" login_max_failures: u32 = "5", false, |text| number(text, 1, 100);
    /// How long it stays locked, in minutes, 1 to 1440.
    "Passwords" "LOGIN_LOCK_MINUTES" login_lock: Duration = "30", false, |text| minutes(text, 1, 1_440);

    /// Live connections of one account, 1 to 10000; one more is closed with 4009.
    "Live connections" "WS_MAX_PER_USER" ws_max_per_user: u32 = "20", false, |text| number(text, 1, 10_000);
    /// Live connections from one address, 1 to 100000; one more is closed with 4009.
    "Live connections" "WS_MAX_PER_ADDRESS" ws_max_per_address: u32 = "1000", false, |text| number(text, 1, 100_000);

    /// What whoever reads `/metrics` must show as a bearer token, at least 16 characters. Unset: everybody who reaches the port may read it.
    "Metrics" "METRICS_TOKEN" metrics_token: Option<Secret<String>> = none, true, |text: &str| {
        if text.len() >= 16 { <Secret<String> as Value>::parse(text) } else { Err("must be at least 16 characters".to_owned()) }
    };

    /// When the work of the night is done: `HH:MM`, in UTC unless an offset follows, as in `02:00+08:00`.
    "Jobs" "NIGHTLY_AT" nightly_at: TimeOfDay = "02:00", false, TimeOfDay::parse;

    /// How long rows of the audit log stay in the database, in days, 1 to 3650; older ones are archived in the night.
    "Audit" "AUDIT_HOT_DAYS" audit_hot: Duration = "30", false, |text| days(text, 1, 3_650);
    /// How long archives of the audit log are kept after that, in days, 1 to 36500.
    "Audit" "AUDIT_ARCHIVE_DAYS" audit_archived: Duration = "365", false, |text| days(text, 1, 36_500);

    /// `error`, `warn`, `info`, `debug` or `trace`, also by module: `info,cardkey_server::http=debug`.
    "Log" "LOG_LEVEL" log_level: LogLevel = "info", false, LogLevel::parse;
    /// `text` or `json`.
    "Log" "LOG_FORMAT" log_format: LogFormat = "text", false, LogFormat::parse;
    /// A file to write to instead of standard error: a new one each day, errors in one of their own, 30 days kept.
    "Log" "LOG_FILE" log_file: Option<PathBuf> = none, false, PathBuf::parse;
    /// A collector of OpenTelemetry that a span for each request is sent to (OTLP over HTTP), as `http://localhost:4318`; `/v1/traces`
    /// follows of itself. The specification's other names, as OTEL_EXPORTER_OTLP_HEADERS, are read from the environment alone.
    "Log" "OTEL_EXPORTER_OTLP_ENDPOINT" otlp_endpoint: Option<String> = none, false, base_url;
}

/// Names that are known and have no effect in this version, with what they are for. `*` stands for a name of one's own.
pub(super) const LATER: &[(&str, &str)] = &[
    ("ADMIN_TOKEN", "the gateway's administration"),
    ("ALLOWED_HOSTS", "the host names that are answered"),
    ("CONSOLE_PORT", "the console"),
    ("CORS_ORIGINS", "calls from pages of other origins"),
    ("DATABASE_REPLICA_URL", "a read replica"),
    ("GEOIP_DATABASE", "the places of addresses"),
    ("LOG_RETENTION_DAYS", "the gateway's request log"),
    ("MAX_FILE_SIZE", "uploads"),
    ("RATE_LIMIT_PER_SECOND", "rate limits"),
    ("REDIS_URL", "Redis"),
    ("SMTP_FROM", "mail"),
    ("SMTP_HOST", "mail"),
    ("SMTP_PASSWORD", "mail"),
    ("SMTP_PORT", "mail"),
    ("SMTP_USERNAME", "mail"),
    ("TLS_CERT_FILE", "TLS without a proxy"),
    ("TLS_KEY_FILE", "TLS without a proxy"),
    ("UPLOAD_DIR", "uploads"),
    ("UPSTREAM_*_API_KEY", "the gateway's upstreams"),
    ("UPSTREAM_*_URL", "the gateway's upstreams"),
];

#[cfg(test)]
mod tests;
