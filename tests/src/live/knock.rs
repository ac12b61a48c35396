use std::net::SocketAddr;

use tokio::net::TcpSocket;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;

use super::LiveClient;
use crate::api::{Api, Reply};

/// Somebody about to open the live connection.
#[derive(Debug, Clone)]
pub struct Knock {
    api: Api,
    headers: Vec<(&'static str, String)>,
    query: String,
    receive_buffer: Option<u32>,
}

impl Knock {
    /// With nothing to show.
    #[must_use]
    pub fn at(api: &Api) -> Self {
        Self { api: api.nobody(), headers: Vec::new(), query: String::new(), receive_buffer: None }
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a licence.
    #[must_use]
    pub fn licence(self, verdict: &str) -> Self {
        self.header("authorization", &format!("License {verdict}"))
    }

    /// With a ticket.
    #[must_use]
    pub fn ticket(mut self, ticket: &str) -> Self {
        self.query = format!("?ticket={ticket}");
        self
    }

    /// With a system that keeps little of what the server sends and the client does not read.
    #[must_use]
    pub fn receive_buffer(mut self, bytes: u32) -> Self {
        self.receive_buffer = Some(bytes);
        self
    }

    /// Opens the connection, without reading anything.
    ///
    /// # Panics
    /// When the server refuses.
    pub async fn open(self) -> LiveClient {
        self.try_open().await.expect("the live connection opens")
    }

    /// Opens the connection at a server that may not be there, or may refuse.
    pub async fn try_open(self) -> Option<LiveClient> {
        let address = SocketAddr::from(([127, 0, 0, 1], self.api.port()));
        let socket = TcpSocket::new_v4().ok()?;
        if let Some(bytes) = self.receive_buffer {
            socket.set_recv_buffer_size(bytes).ok()?;
        }
        let stream = socket.connect(address).await.ok()?;
        let uri = format!("ws://{address}/api/v1/ws{}", self.query).parse().ok()?;
        let request = ClientRequestBuilder::new(uri);
        let request = self.headers.into_iter().fold(request, |request, (name, value)| request.with_header(name, value));
        let (socket, response) = client_async(request, stream).await.ok()?;
        assert_eq!(response.status(), 101);
        Some(LiveClient::over(socket))
    }

    /// What the server answers when it refuses.
    pub async fn refusal(self) -> Reply {
        let call = self.api.get(&format!("/api/v1/ws{}", self.query)).header("connection", "upgrade");
        let call = call.header("upgrade", "websocket").header("sec-websocket-version", "13");
        let call = call.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        self.headers.iter().fold(call, |call, (name, value)| call.header(name, value)).send().await
    }
}

impl Api {
    /// Opens the live connection of whoever is signed in, and takes the greeting.
    pub async fn live(&self) -> LiveClient {
        Knock::at(self).bearer(self.token()).open().await.greeted().await
    }
}
