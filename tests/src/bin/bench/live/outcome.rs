use std::time::{Duration, Instant};

use crate::figures::{Figure, grouped, median, median_duration, milliseconds};
use crate::http::{Connection, request};

/// What one round at one server gave.
#[derive(Debug, Clone, Default)]
pub(super) struct Round {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) per_second: f64,
    /// How long whoever says something waits for the answer, at the 99th percentile.
    pub(super) answered: Duration,
    /// Of the server, for each delivery.
    pub(super) cpu: Duration,
    /// KiB for each connection; only the first round tells, later ones find what was freed.
    pub(super) memory: Option<f64>,
}

/// The rounds at one server with so many clients.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(super) server: &'static str,
    pub(super) clients: usize,
    pub(super) rounds: Vec<Round>,
}

impl Outcome {
    pub(super) fn p50(&self) -> Duration {
        median_duration(self.rounds.iter().map(|round| round.p50))
    }

    pub(super) fn p99(&self) -> Duration {
        median_duration(self.rounds.iter().map(|round| round.p99))
    }

    pub(super) fn answered(&self) -> Duration {
        median_duration(self.rounds.iter().map(|round| round.answered))
    }

    pub(super) fn per_second(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.per_second))
    }

    pub(super) fn memory(&self) -> f64 {
        self.rounds.iter().find_map(|round| round.memory).unwrap_or_default()
    }

    fn cpu(&self) -> Duration {
        median_duration(self.rounds.iter().map(|round| round.cpu))
    }
}

impl Figure for Outcome {
    const HEAD: &'static str = "| server | clients | delivered p50 | p99 | deliveries/s | answer to whoever publishes, p99 | server's CPU \
                                a delivery | memory a connection |\n|---|---|---|---|---|---|---|---|\n";

    fn line(&self) -> String {
        let (server, clients) = (self.server, grouped(self.clients as f64));
        let [p50, p99, answered] = [self.p50(), self.p99(), self.answered()].map(milliseconds);
        let (rate, cpu, memory) = (grouped(self.per_second()), self.cpu().as_secs_f64() * 1e6, self.memory());
        format!("| {server} | {clients} | {p50} | {p99} | {rate} | {answered} | {cpu:.1} µs | {memory:.1} KiB |\n")
    }
}

/// A message of so many bytes, for the servers that do not care what is said.
pub(super) fn message(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// Posts a message to a peer; how long the answer took.
pub(super) async fn publish(connection: &mut Connection, message: &str) -> Duration {
    let start = Instant::now();
    let reply = connection.call(&request("POST", "/publish", None, Some(message))).await.expect("the peer answers");
    assert!((200..300).contains(&reply.status), "the peer answered with {}", reply.status);
    start.elapsed()
}
