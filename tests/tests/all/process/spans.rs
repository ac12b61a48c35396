use std::sync::{Arc, Mutex};

use cardkey_tests::api::{PASSWORD, device};
use cardkey_tests::server::Settings;
use cardkey_tests::{Backend, Database};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The trace and the span that a caller tells of (W3C Trace Context).
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// What was posted: paths and bodies.
type Taken = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A collector that keeps what it is sent: each request's first line and body.
struct Collector {
    url: String,
    taken: Taken,
}

// OPS-07
#[tokio::test]
async fn a_collector_that_is_named_gets_a_span_of_each_request() {
    let collector = Collector::start().await;
    let settings = Settings::default().set("OTEL_EXPORTER_OTLP_ENDPOINT", format!("{}/below/", collector.url));
    let mut server = settings.start(Database::create(Backend::Sqlite)).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let code = admin.card_key(&app).await;
    let parent = format!("00-{TRACE}-{PARENT}-01");
    let shown = admin.api.get(&format!("/api/v1/apps/{}", app.id)).header("traceparent", &parent).send().await.ok();
    let lost = server.api().get("/no/such/canary").send().await;
    let _ = admin.activate(&code, &device(1)).await;
    assert!(server.terminate().await.success(), "{}", server.log());

    let taken = collector.taken.lock().unwrap().clone();
    assert!(!taken.is_empty() && taken.iter().all(|(line, _)| line == "POST /below/v1/traces HTTP/1.1"), "{taken:?}");
    let sent: Vec<u8> = taken.into_iter().flat_map(|(_, body)| body).collect();
    let holds = |bytes: &[u8]| sent.windows(bytes.len()).any(|window| window == bytes);
    for text in ["Cardkey", "GET /api/v1/apps/{id}", "http.route", "http.response.status_code", "request_id"] {
        assert!(holds(text.as_bytes()), "{text}");
    }
    for reply in [&shown, &lost] {
        assert!(holds(reply.header("x-request-id").as_bytes()), "the request is named");
    }
    assert!(holds(&bytes(TRACE)) && holds(&bytes(PARENT)), "it belongs to the caller's trace");
    let secrets = ["canary", PASSWORD, admin.api.token(), &code, &code.replace('-', ""), &app.id];
    for secret in secrets {
        assert!(!holds(secret.as_bytes()), "{secret}");
    }
}

// OPS-07
#[tokio::test]
async fn a_collector_that_is_away_harms_nobody() {
    let settings = Settings::default().set("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let mut server = settings.start(Database::create(Backend::Sqlite)).await;
    let admin = server.api().admin().await;
    let _ = admin.api.post("/api/v1/apps", &json!({ "name": "Paint" })).send().await.ok();
    assert!(server.terminate().await.success(), "{}", server.log());
}

impl Collector {
    async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (url, taken) = (format!("http://{}", listener.local_addr().unwrap()), Arc::default());
        let keep = Arc::clone(&taken);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(take(stream, Arc::clone(&keep)));
            }
        });
        Self { url, taken }
    }
}

/// Takes every request of a connection and answers that all is well.
async fn take(stream: TcpStream, keep: Taken) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (Vec::new(), 0);
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            let line = line.trim_end().to_owned();
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let mut body = vec![0; length];
        let _ = stream.read_exact(&mut body).await.unwrap();
        keep.lock().unwrap().push((head.swap_remove(0), body));
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}
