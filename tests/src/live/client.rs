use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::frames::{client_frame, is_server_frame};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client that is connected.
#[derive(Debug)]
pub struct LiveClient {
    socket: WebSocketStream<TcpStream>,
    hello: Value,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// A frame.
    Frame(Value),
    /// That this is the end.
    Closed(Closed),
    /// Nothing: the connection is gone without a word.
    Gone,
}

/// How the server closed the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// The close code.
    pub code: u16,
    /// What stands beside it.
    pub reason: String,
}

impl LiveClient {
    pub(super) fn over(socket: WebSocketStream<TcpStream>) -> Self {
        Self { socket, hello: Value::Null }
    }

    /// Takes the greeting.
    pub async fn greeted(mut self) -> Self {
        self.hello = self.frame().await;
        assert_eq!(self.hello["type"], "hello");
        self
    }

    /// The greeting.
    #[must_use]
    pub fn hello(&self) -> &Value {
        &self.hello
    }

    /// Waits for what the server says next.
    ///
    /// # Panics
    /// When it says nothing.
    pub async fn next(&mut self) -> Said {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.expect("the server says something") {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text).expect("frames are JSON");
                    is_server_frame(&frame);
                    return Said::Frame(frame);
                }
                Some(Ok(Message::Close(Some(close)))) => {
                    // Sends the answer that the other side waits for.
                    let _gone = self.socket.flush().await;
                    return Said::Closed(Closed { code: close.code.into(), reason: close.reason.to_string() });
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(other)) => panic!("{other:?}"),
                Some(Err(_)) | None => return Said::Gone,
            }
        }
    }

    /// Waits for a frame.
    ///
    /// # Panics
    /// When the connection ends instead.
    pub async fn frame(&mut self) -> Value {
        match self.next().await {
            Said::Frame(frame) => frame,
            other => panic!("a frame was expected, not {other:?}"),
        }
    }

    /// Waits for a refusal of a frame with this code.
    pub async fn refused(&mut self, code: &str) {
        let frame = self.frame().await;
        assert_eq!((&frame["type"], &frame["code"]), (&json!("error"), &json!(code)));
    }

    /// Waits for the end, whatever comes before.
    ///
    /// # Panics
    /// When the connection is gone without a word.
    pub async fn closed(&mut self) -> Closed {
        loop {
            match self.next().await {
                Said::Frame(_) => {}
                Said::Closed(closed) => return closed,
                Said::Gone => panic!("the connection is gone without a word"),
            }
        }
    }

    /// Waits for the end with this code, whatever comes before.
    pub async fn closed_with(&mut self, code: u16, reason: &str) {
        assert_eq!(self.closed().await, Closed { code, reason: reason.to_owned() });
    }

    /// Says a frame of the document.
    pub async fn say(&mut self, frame: Value) {
        self.send(Message::text(client_frame(&frame))).await;
    }

    /// Says that it was here before.
    pub async fn resume(&mut self, epoch: &Value, seq: u64) {
        self.say(json!({ "type": "resume", "epoch": epoch, "seq": seq })).await;
    }

    /// Says that everything up to this number has arrived.
    pub async fn acknowledge(&mut self, seq: u64) {
        self.say(json!({ "type": "ack", "seq": seq })).await;
    }

    /// Waits until everything said before was worked on, whatever comes meanwhile.
    pub async fn settle(&mut self) {
        self.say(json!({ "type": "ping" })).await;
        while self.frame().await["type"] != "pong" {}
    }

    /// Sends whatever it is. Nobody may be there to hear it.
    pub async fn send(&mut self, message: Message) {
        let _gone = self.socket.send(message).await;
    }

    /// Sends bytes below the protocol.
    pub async fn send_bytes(&mut self, bytes: &[u8]) {
        use tokio::io::AsyncWriteExt;
        let _gone = self.socket.get_mut().write_all(bytes).await;
    }

    /// The titles of the next announcements, with their numbers, up to and with the one of this title. Events are passed over.
    pub async fn announcements_until(&mut self, last: &str) -> Vec<(u64, String)> {
        let mut seen = Vec::new();
        loop {
            let frame = self.frame().await;
            if frame["type"] == "event" {
                continue;
            }
            assert_eq!(frame["type"], "announcement", "{frame}");
            let title = frame["data"]["title"].as_str().expect("a title").to_owned();
            let is_last = title == last;
            seen.push((frame["seq"].as_u64().expect("a number"), title));
            if is_last {
                return seen;
            }
        }
    }
}
