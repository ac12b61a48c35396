use std::sync::OnceLock;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

use super::Reply;

/// Where a server is called, and as whom.
#[derive(Debug, Clone)]
pub struct Api {
    port: u16,
    token: Option<String>,
}

/// A request that is being put together.
#[derive(Debug)]
pub struct Call {
    request: RequestBuilder,
}

impl Api {
    /// Calls of somebody who is not signed in, to a port of this machine.
    #[must_use]
    pub fn at(port: u16) -> Self {
        Self { port, token: None }
    }

    /// The same place, with a bearer token.
    #[must_use]
    pub fn bearing(&self, token: &str) -> Self {
        Self { port: self.port, token: Some(token.to_owned()) }
    }

    /// The same place, without a token.
    #[must_use]
    pub fn nobody(&self) -> Self {
        Self::at(self.port)
    }

    /// The port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The bearer token.
    ///
    /// # Panics
    /// When nobody is signed in.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody is signed in")
    }

    /// A request of any method.
    #[must_use]
    pub fn call(&self, method: Method, path: &str) -> Call {
        let request = client().request(method, format!("http://127.0.0.1:{}{path}", self.port));
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        Call { request }
    }

    /// GET.
    #[must_use]
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// POST with a JSON body.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(Method::POST, path).json(body)
    }

    /// PATCH with a JSON body.
    #[must_use]
    pub fn patch(&self, path: &str, body: &Value) -> Call {
        self.call(Method::PATCH, path).json(body)
    }

    /// DELETE.
    #[must_use]
    pub fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }
}

impl Call {
    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value) }
    }

    /// Adds a JSON body.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        Self { request: self.request.json(body) }
    }

    /// Adds a body of any kind.
    #[must_use]
    pub fn body(self, kind: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { request: self.request.header("content-type", kind).body(bytes.into()) }
    }

    /// Adds a query.
    #[must_use]
    pub fn query(self, pairs: &[(&str, &str)]) -> Self {
        Self { request: self.request.query(pairs) }
    }

    /// Sends it.
    ///
    /// # Panics
    /// When no reply comes.
    pub async fn send(self) -> Reply {
        let response = self.request.send().await.unwrap_or_else(|error| panic!("no reply: {error:?}"));
        Reply::of(response).await.unwrap_or_else(|error| panic!("half a reply: {error:?}"))
    }

    /// Sends it to a server that may not be there; `None` when no whole reply comes.
    pub async fn try_send(self) -> Option<Reply> {
        Reply::of(self.request.send().await.ok()?).await.ok()
    }
}

/// Each test is a process and each runtime has connections of its own, so what is shared is only the pool of one test.
fn client() -> Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    let made = || {
        // Another part of this process may have chosen a provider already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = Client::builder().timeout(Duration::from_secs(60)).no_proxy().user_agent("cardkey-tests/1.0");
        client.build().expect("an HTTP client")
    };
    CLIENT.get_or_init(made).clone()
}
