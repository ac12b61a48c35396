use std::time::{Duration, Instant};

use crate::api::Caller;
use crate::figures::{grouped, median_duration, milliseconds};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::Server;

const PAGES: usize = 100;

/// A million card keys in one batch, then pages of the table they stand in.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let server = Server::start(&options.server, None).await;
    let mut admin = Caller::administrator(server.port).await;
    let app = admin.app().await;
    let count = options.million();
    let start = Instant::now();
    let batch = admin.order_batch(&app, count).await;
    while !admin.batch_is_done(&batch).await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let elapsed = start.elapsed();
    let peak = server.memory().peak;
    let name = |what: &str| format!("{} card keys{what}", grouped(count as f64));
    let seconds = elapsed.as_secs_f64();
    report.row(Row::new(&name(" generated"), "≤ 60 s", &format!("{seconds:.1} s")).met(seconds <= 60.0));
    report
        .row(Row::new(&name(", peak memory of the server"), "< 300 MiB", &format!("{peak:.0} MiB")).met(peak < 300.0));

    let (page, slowest) = slowest_page(&server, &mut admin, &app, &batch, count).await;
    let row = Row::new(&name(", slowest list page"), "≤ 20 ms", &format!("{} ({page})", milliseconds(slowest)));
    report.row(row.met(slowest <= Duration::from_millis(20)));
}

/// The kind of page that takes longest, by the median of many.
async fn slowest_page(
    server: &Server,
    admin: &mut Caller,
    app: &str,
    batch: &str,
    count: usize,
) -> (&'static str, Duration) {
    let list = "/api/v1/card-keys?page_size=20";
    let first = admin.get(&format!("{list}&page=1")).await;
    assert_eq!(first["data"]["total"], count, "the list's total is not exact");
    let cursor = first["data"]["next_cursor"].as_str().expect("a second page").to_owned();
    let kinds = [
        ("first", list.to_owned()),
        ("by cursor", format!("{list}&cursor={cursor}")),
        ("hundredth", format!("{list}&page=100")),
        ("of an app", format!("{list}&app_id={app}")),
        ("of a batch and state", format!("{list}&batch_id={batch}&status=unused")),
        ("made since a day", format!("{list}&created_from=2026-01-01T00:00:00Z")),
        ("of a state nothing is in", format!("{list}&status=disabled")),
        ("100 rows", "/api/v1/card-keys?page_size=100".to_owned()),
    ];
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let mut slowest = ("", Duration::ZERO);
    for (kind, path) in kinds {
        let request = request("GET", &path, Some(&admin.token), None);
        let mut times = Vec::new();
        for _ in 0..PAGES {
            let start = Instant::now();
            let reply = connection.call(&request).await.expect("the server answers");
            times.push(start.elapsed());
            assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        }
        let median = median_duration(times.into_iter());
        if median > slowest.1 {
            slowest = (kind, median);
        }
    }
    slowest
}
