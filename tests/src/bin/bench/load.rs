use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::figures::{CONNECTIONS, Round, percentile};
use crate::http::Connection;

/// Sends each request once over 64 connections, the next as soon as the last is answered. What is not 200 counts as refused.
pub(crate) async fn send_each_once(port: u16, requests: Vec<String>) -> Round {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let start = Instant::now();
    let clients: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(client(port, Arc::clone(&requests), Arc::clone(&next)))).collect();
    let (mut latencies, mut refused) = (Vec::with_capacity(requests.len()), 0);
    for client in clients {
        let (own_latencies, own_refused) = client.await.expect("a load client does not panic");
        latencies.extend(own_latencies);
        refused += own_refused;
    }
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    Round {
        requests: latencies.len() as u64,
        refused,
        elapsed,
        p50: percentile(&latencies, 0.50),
        p99: percentile(&latencies, 0.99),
    }
}

async fn client(port: u16, requests: Arc<Vec<String>>, next: Arc<AtomicUsize>) -> (Vec<Duration>, u64) {
    let mut connection = Connection::open(port).await.expect("the server accepts connections");
    let (mut latencies, mut refused) = (Vec::new(), 0);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let start = Instant::now();
        let reply = connection.call(request).await.expect("the server answers");
        latencies.push(start.elapsed());
        refused += u64::from(reply.status != 200);
    }
    (latencies, refused)
}
