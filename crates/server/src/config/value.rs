use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use cardkey_crypto::MasterKey;
use cardkey_domain::{Secret, Timestamp};
use ipnet::IpNet;

use crate::http::Locale;

/// A type that a setting can have.
pub(super) trait Value: Sized {
    /// Reads it; the error completes the sentence "NAME …".
    fn parse(text: &str) -> Result<Self, String>;
}

/// Which manners the process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppEnv {
    /// Convenient: makes its own key file, has a known administrator password.
    Development,
    /// Careful: starts only with secrets of its own.
    Production,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

/// A level (`info`), or levels by module (`info,cardkey_server::http=debug`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLevel(pub String);

/// How tokens are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenAlgorithm {
    /// Ed25519 keys that the server makes and rotates.
    EdDsa,
    /// HMAC under JWT_SECRET_KEY.
    Hs256,
}

/// Where the database is. May hold a password, so it is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(pub Secret<String>);

/// Networks or single addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(pub Vec<IpNet>);

/// A time of day at a place of a fixed distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    /// Minutes after midnight, UTC.
    minute: u16,
}

impl TimeOfDay {
    /// The first such moment after another.
    #[must_use]
    pub fn next_after(self, now: Timestamp) -> Timestamp {
        const DAY: i64 = 24 * 60 * 60;
        let midnight = now.seconds() / DAY * DAY;
        let today = Timestamp::from_seconds(midnight + i64::from(self.minute) * 60);
        if today > now { today } else { today.plus(Duration::from_secs(24 * 60 * 60)) }
    }
}

impl Value for TimeOfDay {
    fn parse(text: &str) -> Result<Self, String> {
        let read = || {
            let clock = |text: &str, hours: i32| {
                let (hour, minute) = text.split_once(':')?;
                let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
                let (hour, minute): (i32, i32) =
                    (digits(hour) && digits(minute)).then(|| Some((hour.parse().ok()?, minute.parse().ok()?)))??;
                (hour < hours && minute < 60).then_some(hour * 60 + minute)
            };
            let text = text.trim_end_matches('Z');
            let (time, offset) = match text.find(['+', '-']) {
                Some(at) => {
                    (&text[..at], clock(&text[at + 1..], 15)? * if text[at..].starts_with('-') { -1 } else { 1 })
                }
                None => (text, 0),
            };
            u16::try_from((clock(time, 24)? - offset).rem_euclid(24 * 60)).ok()
        };
        let malformed = || "must be a time of day as 02:00 or 02:00+08:00".to_owned();
        read().map(|minute| Self { minute }).ok_or_else(malformed)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl Value for String {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Value for PathBuf {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Value for Secret<String> {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self::new(text.to_owned()))
    }
}

impl Value for MasterKey {
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|invalid| invalid.to_string())
    }
}

impl Value for IpAddr {
    fn parse(text: &str) -> Result<Self, String> {
        let text = if text == "localhost" { "127.0.0.1" } else { text };
        text.parse().map_err(|_| "must be an IP address".to_owned())
    }
}

impl Value for u16 {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "must be a number from 0 to 65535".to_owned())
    }
}

impl Value for AppEnv {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err("must be development or production".to_owned()),
        }
    }
}

impl Value for LogFormat {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("must be text or json".to_owned()),
        }
    }
}

impl Value for LogLevel {
    fn parse(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().parse::<tracing_subscriber::EnvFilter>() {
            Ok(_) => Ok(Self(text.to_ascii_lowercase())),
            Err(_) => Err("must be error, warn, info, debug or trace".to_owned()),
        }
    }
}

impl Value for TokenAlgorithm {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "EdDSA" => Ok(Self::EdDsa),
            "HS256" => Ok(Self::Hs256),
            _ => Err("must be EdDSA or HS256".to_owned()),
        }
    }
}

impl Value for DatabaseUrl {
    fn parse(text: &str) -> Result<Self, String> {
        let known = ["sqlite:", "postgres://", "postgresql://", "mysql://", "mariadb://"];
        if known.iter().any(|scheme| text.starts_with(scheme)) {
            Ok(Self(Secret::new(text.to_owned())))
        } else {
            Err("must begin with sqlite:, postgres:// or mysql://".to_owned())
        }
    }
}

impl Value for Networks {
    fn parse(text: &str) -> Result<Self, String> {
        let network = |part: &str| part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks: Result<_, _> = parts.map(network).collect();
        networks.map(Self).map_err(|_| "must be addresses or networks like 10.0.0.0/8, separated by commas".to_owned())
    }
}

impl Value for Locale {
    fn parse(text: &str) -> Result<Self, String> {
        Self::of_tag(text).ok_or_else(|| "must be zh-CN or en".to_owned())
    }
}

/// A number within bounds.
pub(super) fn number(text: &str, low: u32, high: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("must be a number from {low} to {high}"))
}

/// Minutes within bounds, as a length of time.
pub(super) fn minutes(text: &str, low: u32, high: u32) -> Result<Duration, String> {
    number(text, low, high).map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
}

/// Days within bounds, as a length of time.
pub(super) fn days(text: &str, low: u32, high: u32) -> Result<Duration, String> {
    number(text, low, high).map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60))
}

/// An address below which there are others: http or https, with or without a path.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let text = text.trim_end_matches('/');
    let (host, path) = match text.split_once("://").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, path)) => (&text[..text.len() - path.len() - 1], path),
        None => (text, ""),
    };
    let is_path = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/".contains(&b));
    match origin(host) {
        Ok(_) if is_path => Ok(text.to_owned()),
        _ => Err("must be http(s)://host[:port][/path]".to_owned()),
    }
}

/// An address that people and clients reach us by: http or https, without a path.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.trim_end_matches('/')).unwrap_or_default();
    let is_host = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b));
    if is_host { Ok(text.trim_end_matches('/').to_owned()) } else { Err("must be http(s)://host[:port]".to_owned()) }
}
