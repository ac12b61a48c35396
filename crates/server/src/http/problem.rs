//! A refusal on its way out: the RFC 9457 document, and what only the log may see.

use std::error::Error;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use cardkey_events::{Constraint, StoreError};
use serde_json::{Map, Value, json};

use super::error::Code;
use super::extract::Locale;
use super::fault::Faults;

type Cause = Box<dyn Error + Send + Sync>;

/// Why a request got no answer. Everything in it but the cause is for the caller's eyes.
#[derive(Debug)]
pub(crate) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    code: Code,
    detail: Option<Detail>,
    faults: Faults,
    retry_after: Option<Duration>,
    members: Map<String, Value>,
    cause: Option<Cause>,
    recorded: bool,
}

#[derive(Debug)]
struct Detail {
    zh: String,
    en: String,
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            faults: Faults::default(),
            retry_after: None,
            members: Map::new(),
            cause: None,
            recorded: false,
        }))
    }
}

impl Problem {
    /// A failure of ours: the caller learns nothing of it but the request id.
    pub(crate) fn internal(cause: impl Into<Cause>) -> Self {
        Self::from(Code::SystemInternal).because(cause)
    }

    /// Adds what was particular about this case.
    pub(crate) fn detail(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.0.detail = Some(Detail { zh: zh.into(), en: en.into() });
        self
    }

    /// Tells when to come back (`Retry-After`, in whole seconds, rounded up).
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Adds an extension member (RFC 9457 section 3.2).
    pub(crate) fn with(mut self, name: &str, value: impl serde::Serialize) -> Self {
        self.0.members.insert(name.to_owned(), serde_json::to_value(value).unwrap_or_default());
        self
    }

    /// Adds what the log may see.
    pub(crate) fn because(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The use case has written its own audit row of the refusal.
    pub(crate) fn recorded(mut self) -> Self {
        self.0.recorded = true;
        self
    }

    pub(super) fn with_faults(mut self, faults: Faults) -> Self {
        self.0.faults = faults;
        self
    }

    /// The stable code.
    pub(crate) fn code(&self) -> Code {
        self.0.code
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.0.recorded
    }

    /// The fields at fault, for the audit row: names, never values.
    pub(super) fn fields(&self) -> Vec<&str> {
        self.0.faults.iter().map(|(field, _)| field).collect()
    }

    /// The cause and its causes, for the log.
    pub(super) fn chain(&self) -> Option<String> {
        let first = self.0.cause.as_deref()?;
        let causes = std::iter::successors(Some(first as &dyn Error), |error| (*error).source());
        Some(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }

    /// The document.
    pub(super) fn document(&self, locale: Locale, types: &str, request_id: &str) -> Value {
        let message = self.0.code.message().in_locale(locale);
        let detail = self.0.detail.as_ref().map(|detail| match locale {
            Locale::Zh => detail.zh.as_str(),
            Locale::En => detail.en.as_str(),
        });
        let errors: Vec<Value> = self
            .0
            .faults
            .iter()
            .map(|(field, fault)| json!({ "field": field, "code": fault.code(), "message": fault.message(locale) }))
            .collect();
        let mut document = json!({
            "success": false,
            "code": self.0.code.as_str(),
            "message": message,
            "type": format!("{types}/errors#{}", self.0.code.as_str()),
            "title": message,
            "status": self.0.code.status(),
            "detail": detail.unwrap_or(message),
            "errors": errors,
            "request_id": request_id,
        });
        if let Some(object) = document.as_object_mut() {
            object.extend(self.0.members.clone());
        }
        document
    }

    /// The document as a response.
    pub(super) fn response(&self, locale: Locale, types: &str, request_id: &str) -> HttpResponse {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")));
        response.insert_header((header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag())));
        if let Some(wait) = self.0.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.insert_header((header::RETRY_AFTER, seconds.max(1)));
        }
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")));
        }
        if status == StatusCode::UPGRADE_REQUIRED {
            response.insert_header((header::UPGRADE, HeaderValue::from_static("websocket")));
        }
        response.body(self.document(locale, types, request_id).to_string())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Conflict(Constraint::Receipt) => Self::from(Code::IdempotencyInFlight),
            StoreError::Conflict(_) => Self::from(Code::RequestConflict).because(error),
            StoreError::Unavailable(_) => {
                Self::from(Code::SystemUnavailable).retry_after(Duration::from_secs(1)).because(error)
            }
            StoreError::Backend(_) => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests;
