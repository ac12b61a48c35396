//! Talks to the server: one place for time-outs, retries, and the shape of replies.

mod backoff;
mod reply;

use std::error::Error as _;
use std::fmt::Write as _;
use std::time::Duration;

use cardkey_domain::Ambient;
use reqwest::header::{ACCEPT_LANGUAGE, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Response, Url};
use serde_json::Value;

pub(crate) use self::backoff::Backoff;
pub(crate) use self::reply::Reply;
use crate::Error;
use crate::device_key::{Possession, proof};

/// How long one try may take. Three of them and their pauses fit in the 30 s in which a repeated refresh gets the same reply.
const TRY_TIMEOUT: Duration = Duration::from_secs(8);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// No reply of the server's comes near this.
const LONGEST_REPLY: usize = 1024 * 1024;

/// A connection to one server.
pub(crate) struct Http {
    client: reqwest::Client,
    server: Url,
    backoff: Backoff,
    ambient: Ambient,
}

/// One call. What is repeated after a failure is safe to repeat: reading, a refresh, or a call with an idempotency key or a nonce.
#[derive(Default)]
pub(crate) struct Request<'a> {
    pub(crate) path: &'a str,
    /// Pairs without a value are left out.
    pub(crate) query: &'a [(&'a str, Option<&'a str>)],
    /// Absent: GET. Present: POST.
    pub(crate) body: Option<&'a Value>,
    pub(crate) bearer: Option<&'a str>,
    pub(crate) idempotency_key: Option<&'a str>,
    /// What the call must prove.
    pub(crate) possession: Option<&'a Possession<'a>>,
    /// Whether a call whose fate is unknown may be sent again.
    pub(crate) repeatable: bool,
}

impl Http {
    pub(crate) fn new(server: Url, language: &str, backoff: Backoff, ambient: Ambient) -> Result<Self, Error> {
        // Whoever comes first decides for the process; a program with a provider of its own keeps it.
        drop(rustls::crypto::ring::default_provider().install_default());
        let language = HeaderValue::from_str(language)
            .map_err(|error| Error::Setting { setting: "language", problem: error.to_string() })?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("cardkey-client/", env!("CARGO_PKG_VERSION")))
            .default_headers(HeaderMap::from_iter([(ACCEPT_LANGUAGE, language)]))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TRY_TIMEOUT);
        if is_loopback(&server) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| Error::Setting { setting: "server", problem: chain(&error) })?;
        Ok(Self { client, server, backoff, ambient })
    }

    /// The server's address, for messages.
    pub(crate) fn server(&self) -> &str {
        self.server.as_str()
    }

    /// Sends a call, again after a pause where that is safe, and reads the reply.
    pub(crate) async fn send(&self, request: &Request<'_>) -> Result<Reply, Error> {
        let mut tries = 0;
        loop {
            let error = match self.send_once(request).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            match self.backoff.pause(tries, &error, request.repeatable, self.ambient.entropy()) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error.into()),
            }
            tries += 1;
        }
    }

    async fn send_once(&self, request: &Request<'_>) -> Result<Reply, Failure> {
        let mut url = self.url(request.path);
        for (name, value) in request.query {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        let method = if request.body.is_some() { Method::POST } else { Method::GET };
        let mut call = self.client.request(method.clone(), url.clone());
        if let Some(body) = request.body {
            call = call.json(body);
        }
        if let Some(token) = request.bearer {
            call = call.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = request.idempotency_key {
            call = call.header("Idempotency-Key", key);
        }
        if let Some(possession) = request.possession {
            call = call.header("DPoP", proof(possession, method.as_str(), url.as_str(), &self.ambient));
        }
        let response = call.send().await.map_err(|error| self.broken(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.body(response).await?;
        reply::read(self.server.as_str(), status, &headers, &body).map_err(|error| Failure { error, arrived: true })
    }

    async fn body(&self, mut response: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_REPLY {
                let what = format!("more than {LONGEST_REPLY} bytes");
                let error = Error::UnexpectedReply { server: self.server.to_string(), what };
                return Err(Failure { error, arrived: true });
            }
        }
        Ok(body)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.server.clone();
        url.set_path(&format!("{}/{path}", self.server.path().trim_end_matches('/')));
        url
    }

    fn broken(&self, error: &reqwest::Error) -> Failure {
        let cause = if error.is_timeout() { "no answer in time".to_owned() } else { chain(error) };
        let server = self.server.to_string();
        Failure { error: Error::Network { server, cause }, arrived: !error.is_connect() }
    }
}

/// A try that failed, and whether the server may have seen the call.
pub(crate) struct Failure {
    error: Error,
    arrived: bool,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        failure.error
    }
}

/// Whether the server is this very computer, where plain http is safe.
pub(crate) fn is_loopback(server: &Url) -> bool {
    server.host_str().is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// An error with its causes. reqwest's outermost message repeats the address, so it is left out where there is a cause.
fn chain(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let separator = if text.is_empty() { "" } else { ": " };
        // Writing to a String cannot fail.
        let _ = write!(text, "{separator}{inner}");
        cause = inner.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}

#[cfg(test)]
mod tests;
