use std::time::Duration;

use crate::figures::{median, median_duration, milliseconds};
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::Server;

/// An idle server's memory, and how soon a restarted one is ready.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let (mut resident, mut first, mut warm) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        let mut server = Server::start(&options.server, None).await;
        first.push(server.ready_after);
        server.restart().await;
        warm.push(server.ready_after);
        // Background jobs have their first turn before the memory counts.
        tokio::time::sleep(Duration::from_secs(3)).await;
        resident.push(server.memory().resident);
    }
    let resident = median(resident.into_iter());
    report.row(Row::new("idle server, memory", "< 60 MiB", &format!("{resident:.1} MiB")).met(resident < 60.0));
    let warm = median_duration(warm.into_iter());
    report.row(Row::new("ready after a restart", "≤ 1 s", &milliseconds(warm)).met(warm <= Duration::from_secs(1)));
    let first = median_duration(first.into_iter());
    report.row(
        Row::new("ready after the very first start", "≤ 1 s", &milliseconds(first))
            .met(first <= Duration::from_secs(1)),
    );
}
