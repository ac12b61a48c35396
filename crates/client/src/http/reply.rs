use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Refusal};

/// A successful reply.
pub(crate) struct Reply {
    server: String,
    body: Value,
}

/// The problem document of a refusal (RFC 9457), as far as the client uses it.
#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
    #[serde(default)]
    errors: Vec<WrongField>,
    #[serde(default)]
    request_id: String,
}

#[derive(Deserialize)]
struct WrongField {
    field: String,
    message: String,
}

impl Reply {
    /// The `data` of the envelope.
    pub(crate) fn data<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        let data = self.body.get_mut("data").map(Value::take).unwrap_or_default();
        self.read(data)
    }

    /// The whole body: token replies and JWK sets.
    pub(crate) fn whole<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        let body = self.body.take();
        self.read(body)
    }

    fn read<T: DeserializeOwned>(self, value: Value) -> Result<T, Error> {
        serde_json::from_value(value).map_err(|error| unexpected(&self.server, &error))
    }
}

/// Tells replies, refusals and nonsense apart.
pub(super) fn read(server: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Reply, Error> {
    if status.is_success() {
        let body = serde_json::from_slice(body).map_err(|error| unexpected(server, &error))?;
        return Ok(Reply { server: server.to_owned(), body });
    }
    if status.is_redirection() {
        let to = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or("nowhere");
        return Err(unexpected(server, &format_args!("it redirects to {to}; give that address instead")));
    }
    let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => Err(Error::Refused(Refusal {
            status: status.as_u16(),
            code: problem.code,
            message: problem.message,
            fields: problem.errors.into_iter().map(|wrong| (wrong.field, wrong.message)).collect(),
            retry_after: retry_after.map(Duration::from_secs),
            request_id: problem.request_id,
        })),
        // A proxy in front of a server that is down answers in its own words.
        Err(_) if status.is_server_error() => {
            Err(Error::Network { server: server.to_owned(), cause: format!("a proxy answered {status}") })
        }
        Err(error) => Err(unexpected(server, &format_args!("{status}: {error}"))),
    }
}

fn unexpected(server: &str, what: &dyn std::fmt::Display) -> Error {
    Error::UnexpectedReply { server: server.to_owned(), what: what.to_string() }
}
