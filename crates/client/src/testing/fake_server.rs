use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Value,
}

/// What is answered.
pub(crate) enum Answer {
    Reply {
        status: u16,
        headers: String,
        body: String,
    },
    /// The request arrives, the connection breaks, no reply comes.
    HangUp,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Reply { status, headers: String::new(), body: body.to_string() }
    }

    pub(crate) fn refusal(status: u16, code: &str) -> Self {
        let body = json!({ "success": false, "code": code, "message": "no", "request_id": "r1", "errors": [{ "field": "card_key", "code": "x", "message": "bad" }] });
        Self::json(status, &body)
    }

    pub(crate) fn with_header(self, line: &str) -> Self {
        match self {
            Self::Reply { status, headers, body } => {
                Self::Reply { status, headers: format!("{headers}{line}\r\n"), body }
            }
            Self::HangUp => Self::HangUp,
        }
    }
}

/// Listens on a free port until it is dropped.
pub(crate) struct FakeServer {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    listening: JoinHandle<()>,
}

impl FakeServer {
    /// `answer` gets each request and how many came before it.
    pub(crate) async fn start(answer: impl Fn(&Seen, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&seen), Arc::new(answer));
        let listening = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move { serve(connection, &log, answer.as_ref()).await });
            }
        });
        Self { url, seen, listening }
    }

    /// The requests to a path, in their order.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path.ends_with(path)).cloned().collect()
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn serve(
    mut connection: TcpStream,
    log: &Mutex<Vec<Seen>>,
    answer: &(dyn Fn(&Seen, usize) -> Answer + Send + Sync),
) {
    let Some(seen) = read(&mut connection).await else { return };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    if let Answer::Reply { status, headers, body } = answer(&seen, before) {
        let length = body.len();
        let reply =
            format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        connection.write_all(reply.as_bytes()).await.unwrap();
    }
}

async fn read(connection: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        if connection.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let path = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers: HashMap<_, _> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        if body.len() >= length {
            let body = serde_json::from_str(body).unwrap_or_default();
            return Some(Seen { path, headers, body });
        }
    }
}
