use std::io;
use std::sync::Mutex;

use actix_web::http::header::HeaderValue;
use cardkey_domain::{ManualClock, Timestamp};
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::logging::with_request_id;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Paper {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn written(format: LogFormat, request: &str, write: impl FnOnce()) -> String {
    let paper = Paper::default();
    let clock = Arc::new(ManualClock::at(Timestamp::from_seconds(1_800_000_000)));
    let subscriber = tracing_subscriber::fmt().event_format(Line { format, clock }).with_writer(paper.clone()).finish();
    let request = HeaderValue::from_str(request).unwrap();
    tracing::subscriber::with_default(subscriber, || {
        futures::executor::block_on(with_request_id(request, async { write() }));
    });
    let bytes = paper.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

// OPS-07
#[test]
fn a_text_line_carries_the_request_and_cannot_be_forged() {
    let line = written(LogFormat::Text, "r-1", || tracing::warn!(name = "a\n2027 ERROR", count = 3, "hello"));
    assert_eq!(
        line,
        "2027-01-15T08:00:00Z  WARN cardkey_server::logging::line::tests [r-1] hello count=3 name=a\\n2027 ERROR\n"
    );
}

// OPS-07
#[test]
fn a_json_line_is_one_object() {
    let line = written(LogFormat::Json, "r-2", || tracing::info!(name = "a\nb", "hello"));
    let object: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line.lines().count(), 1);
    assert_eq!(object["request_id"], "r-2");
    assert_eq!(object["message"], "hello");
    assert_eq!(object["fields"]["name"], "a\nb");
}
