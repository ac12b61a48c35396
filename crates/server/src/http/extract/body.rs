use std::rc::Rc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use validator::Validate;

use crate::http::endpoint::Argument;
use crate::http::error::Code;
use crate::http::exchange::Exchange;
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::route::Plan;
use crate::http::sketch::Sketch;

/// A body that is not wanted is read and thrown away up to this length, so that its sender gets to read the reply.
const DRAINED: usize = 32 * 1024 * 1024;

/// A body that is not there by then will not come.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The JSON body: of the right types, then valid by its own rules. Fields we do not know are ignored.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + ToSchema> Argument for Body<T> {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        if exchange.body.is_empty() {
            return Err(Code::RequestBodyMissing.into());
        }
        check_media_type(&exchange.request)?;
        parse(&exchange.body).map(Self)
    }

    fn describe(sketch: &mut Sketch) {
        sketch.body = Some(sketch.schema::<T>());
    }
}

/// As [`Body`], but no body at all means the default.
#[allow(dead_code, reason = "for calls that need not say anything")]
pub(crate) struct OptionalBody<T>(pub(crate) T);

impl<T: DeserializeOwned + Validate + ToSchema + Default> Argument for OptionalBody<T> {
    fn take(exchange: &Rc<Exchange>) -> Result<Self, Problem> {
        if exchange.body.is_empty() {
            Ok(Self(T::default()))
        } else {
            Body::take(exchange).map(|Body(body)| Self(body))
        }
    }

    fn describe(sketch: &mut Sketch) {
        Body::<T>::describe(sketch);
        sketch.body_is_optional = true;
    }
}

fn check_media_type(request: &HttpRequest) -> Result<(), Problem> {
    let value = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || essence.to_ascii_lowercase().strip_prefix("application/").is_some_and(|subtype| subtype.ends_with("+json"));
    if is_json { Ok(()) } else { Err(Code::RequestUnsupportedMediaType.into()) }
}

fn parse<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    if holds_nul(bytes) {
        return Err(Problem::from(Code::RequestMalformedJson)
            .detail("文本中不允许 NUL 字符", "A text holds a NUL, which is not allowed"));
    }
    if !is_text(bytes) {
        return Err(Code::RequestMalformedJson.into());
    }
    // serde would read a list as the fields of a structure, one after the other.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Faults::one(String::new(), Fault::WrongType).into());
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value: T = serde_path_to_error::deserialize(&mut json).map_err(|error| refusal(bytes, &error))?;
    json.end().map_err(|error| malformed(&error))?;
    value.validate().map_err(Faults::from)?;
    Ok(value)
}

/// Whether every text is Unicode. serde passes over the texts of fields that it does not know, so they are looked at here.
fn is_text(json: &[u8]) -> bool {
    let holds_surrogates = json.windows(3).any(|escape| escape.eq_ignore_ascii_case(br"\ud"));
    std::str::from_utf8(json).is_ok()
        && (!holds_surrogates || serde_json::from_slice::<serde_json::Value>(json).is_ok())
}

/// Whether a text in the JSON holds U+0000, which PostgreSQL cannot store.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(backslash) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[backslash + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(backslash + 2..).unwrap_or_default();
    }
    false
}

/// serde takes a word that is no text for broken JSON, so whether it is broken is asked again.
fn refusal(bytes: &[u8], error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok();
    if error.inner().is_data() || is_json() { fault_of(error).into() } else { malformed(error.inner()) }
}

fn malformed(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::from(Code::RequestMalformedJson)
        .detail(format!("第 {line} 行第 {column} 列"), format!("At line {line}, column {column}"))
}

/// The field that serde stumbled over and why, in our own words: serde's may repeat what was sent.
pub(super) fn fault_of<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Faults {
    let reason = error.inner().to_string();
    let path = error.path().to_string();
    let path = if path == "." { String::new() } else { path };
    let quoted = || reason.split('`').nth(1).unwrap_or_default();
    let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if reason.starts_with("missing field") {
        Faults::one(inner(quoted()), Fault::Required)
    } else if reason.starts_with("duplicate field") {
        Faults::one(inner(quoted()), Fault::Malformed)
    } else if reason.starts_with("unknown variant") {
        Faults::one(path, Fault::UnknownValue)
    } else if ["invalid type", "invalid value", "invalid length", "expected value"]
        .iter()
        .any(|start| reason.starts_with(start))
    {
        Faults::one(path, Fault::WrongType)
    } else {
        Faults::one(path, Fault::Malformed)
    }
}

/// Reads the body of a request, up to the route's limit. Calls that cannot have one, and those that are refused anyway, get nothing;
/// what they sent is thrown away, so that its sender gets to read the reply. What follows a call that cannot have a body stays where it
/// is: it may be another protocol.
pub(in crate::http) async fn read(
    plan: &Plan,
    request: &HttpRequest,
    payload: &mut Option<web::Payload>,
    is_wanted: bool,
) -> Result<Bytes, Problem> {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return Ok(Bytes::new());
    }
    let Some(payload) = payload.take() else { return Ok(Bytes::new()) };
    let limit = if is_wanted { plan.body_limit } else { 0 };
    match tokio::time::timeout(LONGEST_WAIT, collect(payload, limit)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Code::RequestTimeout.into()),
    }
}

/// Throws away a body that nobody wants.
pub(in crate::http) async fn drain(payload: web::Payload) {
    let _too_late_to_matter = tokio::time::timeout(LONGEST_WAIT, collect(payload, 0)).await;
}

async fn collect(mut payload: web::Payload, limit: usize) -> Result<Bytes, Problem> {
    let mut first = Bytes::new();
    let mut body = BytesMut::new();
    let mut length = 0_usize;
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Problem::from(Code::RequestMalformedJson).because(error.to_string()))?;
        let is_first = length == 0;
        length = length.saturating_add(chunk.len());
        if length > DRAINED {
            break;
        }
        if length > limit {
            continue;
        }
        if is_first {
            first = chunk;
            continue;
        }
        if body.is_empty() {
            body.extend_from_slice(&first);
        }
        body.extend_from_slice(&chunk);
    }
    match length {
        _ if length > limit => Err(Problem::from(Code::RequestTooLarge).with("limit_bytes", limit)),
        _ if body.is_empty() => Ok(first),
        _ => Ok(body.freeze()),
    }
}

#[cfg(test)]
mod tests;
