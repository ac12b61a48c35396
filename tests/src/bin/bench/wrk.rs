use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use cardkey_tests::OutsideProgram;
use tempfile::NamedTempFile;
use tokio::process::Command;

use crate::figures::{CONNECTIONS, Round};

const WRK: OutsideProgram = OutsideProgram { name: "wrk", package: "wrk" };

/// Stands for a number of as many digits.
pub(crate) const NUMBER: &str = "##########";

/// Prints what wrk counted, in microseconds, in one line. Requests are numbered by thread, so that threads do not repeat each other.
const EPILOGUE: &str = r#"
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("FIGURES %d %d %d %d %d\n", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"#;

/// A load: a Lua script for wrk.
#[derive(Debug)]
pub(crate) struct Wrk {
    script: NamedTempFile,
    port: u16,
}

impl Wrk {
    /// The same request again and again.
    pub(crate) fn get(port: u16, path: &str) -> Self {
        Self::with_script(port, &format!("wrk.path = \"{path}\"\n"))
    }

    /// Whole requests that take turns.
    pub(crate) fn in_turn(port: u16, requests: &[String]) -> Self {
        let mut script = "local requests = {\n".to_owned();
        requests.iter().for_each(|request| script.push_str(&format!("{},\n", lua(request))));
        script.push_str("}\nlocal turn\nfunction init(arguments) turn = number * 31 end\n");
        script.push_str("function request() turn = turn % #requests + 1; return requests[turn] end\n");
        Self::with_script(port, &script)
    }

    /// One request with [`NUMBER`] in it, which is replaced by another number each time.
    pub(crate) fn numbered(port: u16, request: &str) -> Self {
        let (before, after) = request.split_once(NUMBER).expect("a place for the number");
        let script = format!(
            "local before, after, count = {}, {}, 0\n\
             function request() count = count + 1; \
             return before .. string.format(\"%02d%08d\", number, count) .. after end\n",
            lua(before),
            lua(after)
        );
        Self::with_script(port, &script)
    }

    fn with_script(port: u16, text: &str) -> Self {
        let mut script = NamedTempFile::with_prefix("cardkey-bench-").expect("a temporary file");
        script
            .write_all(text.as_bytes())
            .and_then(|()| script.write_all(EPILOGUE.as_bytes()))
            .expect("a script is written");
        Self { script, port }
    }

    /// Runs the load with 64 connections on two threads.
    pub(crate) async fn run(&self, seconds: u64) -> Round {
        let program = WRK.find_or_install().unwrap_or_else(|missing| panic!("{missing}"));
        let output = Command::new(program)
            .args(["--threads", "2", "--connections", &CONNECTIONS.to_string(), "--timeout", "30s"])
            .args(["--duration", &format!("{seconds}s"), "--script"])
            .arg(self.script.path())
            .arg(format!("http://127.0.0.1:{}", self.port))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .expect("wrk starts");
        let said = String::from_utf8_lossy(&output.stdout);
        let figures = said.lines().find_map(|line| line.strip_prefix("FIGURES "));
        let figures = figures.unwrap_or_else(|| panic!("wrk gave no figures: {said}"));
        let figures: Vec<u64> = figures.split(' ').filter_map(|figure| figure.parse().ok()).collect();
        let &[requests, elapsed, refused, p50, p99] = figures.as_slice() else { panic!("wrk gave {figures:?}") };
        let [elapsed, p50, p99] = [elapsed, p50, p99].map(Duration::from_micros);
        Round { requests, refused, elapsed, p50, p99 }
    }
}

/// A Lua string: everything that could end it is written as an escape.
fn lua(text: &str) -> String {
    let mut literal = "\"".to_owned();
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' | 0..=31 | 127.. => literal.push_str(&format!("\\{byte:03}")),
            _ => literal.push(char::from(byte)),
        }
    }
    literal.push('"');
    literal
}
