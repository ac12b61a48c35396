use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use cardkey_domain::{AuditId, Timestamp, UserId};
use serde_json::{Map, Value};

use crate::Auditable;

/// How the deed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditStatus {
    /// It was done.
    Ok,
    /// It was refused: the caller's fault.
    Refused,
    /// It failed: ours.
    Failed,
}

/// How much it matters to the one who watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the customary five")]
pub enum AuditLevel {
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

macro_rules! text_form {
    ($name:ident { $($variant:ident = $text:literal),+ $(,)? }) => {
        impl $name {
            /// The text in the database and on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($text => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}

text_form!(AuditStatus { Ok = "ok", Refused = "refused", Failed = "failed" });
text_form!(AuditLevel { Debug = "DEBUG", Info = "INFO", Warning = "WARNING", Error = "ERROR", Critical = "CRITICAL" });

/// What a use case says of its deed; [`crate::record`] adds who, when and whence. Details are named one by one and are [`Auditable`],
/// which nothing is that can hold a secret.
#[derive(Debug, Clone)]
pub struct Deed {
    pub(crate) action: &'static str,
    pub(crate) target: Option<(&'static str, String)>,
    pub(crate) status: AuditStatus,
    pub(crate) level: AuditLevel,
    pub(crate) code: Option<&'static str>,
    pub(crate) details: Map<String, Value>,
}

impl Deed {
    /// Something that was done, named `noun.verb`.
    #[must_use]
    pub fn done(action: &'static str) -> Self {
        Self { action, target: None, status: AuditStatus::Ok, level: AuditLevel::Info, code: None, details: Map::new() }
    }

    /// Something that was refused, with the error's stable code.
    #[must_use]
    pub fn refused(action: &'static str, code: &'static str) -> Self {
        Self { status: AuditStatus::Refused, level: AuditLevel::Warning, code: Some(code), ..Self::done(action) }
    }

    /// Something that failed through no fault of the caller's.
    #[must_use]
    pub fn failed(action: &'static str, code: &'static str) -> Self {
        Self { status: AuditStatus::Failed, level: AuditLevel::Error, ..Self::refused(action, code) }
    }

    /// What it was done to.
    #[must_use]
    pub fn to(mut self, kind: &'static str, id: impl Auditable + fmt::Display) -> Self {
        self.target = Some((kind, id.to_string()));
        self
    }

    /// Another level than the usual one.
    #[must_use]
    pub fn at_level(mut self, level: AuditLevel) -> Self {
        self.level = level;
        self
    }

    /// A fact worth keeping.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Auditable) -> Self {
        self.details.insert(name.to_owned(), value.fact().into_value());
        self
    }
}

/// A row of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Ordered by time.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Which account, where one was signed in.
    pub user_id: Option<UserId>,
    /// The account's name at that time, or the part of the system that acted.
    pub actor: String,
    /// What was done, as `noun.verb`.
    pub action: String,
    /// The kind of thing it was done to.
    pub target_kind: Option<String>,
    /// Which one.
    pub target_id: Option<String>,
    /// From which address.
    pub ip: Option<IpAddr>,
    /// With which program.
    pub user_agent: Option<String>,
    /// In which request.
    pub request_id: String,
    /// How it ended.
    pub status: AuditStatus,
    /// How much it matters.
    pub level: AuditLevel,
    /// The error's stable code, where it was refused or failed.
    pub code: Option<String>,
    /// The request's facts, without secrets.
    pub details: Value,
}
