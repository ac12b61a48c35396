use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::api::Caller;
use crate::figures::{grouped, milliseconds, percentile};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::report::{Report, Row};
use crate::server::Server;

const QUERIES: usize = 100;
const QUERY_WITHIN: Duration = Duration::from_millis(100);
const ROWS_A_SECOND: f64 = 50_000.0;

/// What an export may take of memory, in MiB, however many rows it has.
const EXPORT_MEMORY: f64 = 64.0;

/// Sealing a million rows takes the server less.
const SEALED_WITHIN: Duration = Duration::from_secs(900);

/// Pages and exports of an audit log with a million rows.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let count = options.million();
    let mut server = Server::start(&options.server, None).await;
    let user = server.while_stopped(|database| fill(database, count)).await;
    let mut admin = Caller::administrator(server.port).await;
    until_sealed(&server).await;
    query(&server, &mut admin, &user, count, report).await;
    for format in ["csv", "json", "xlsx"] {
        export(&server, &admin, format, count, report).await;
    }
}

/// Adds rows; the id of one of the accounts that they name.
fn fill(database: &Path, count: usize) -> String {
    let script = include_str!("audit_rows.py");
    let output = Command::new("python3").args(["-c", script]).arg(database).arg(count.to_string()).output();
    let output = output.expect("python3 starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let hex = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

async fn until_sealed(server: &Server) {
    let start = Instant::now();
    let waiting = "SELECT EXISTS (SELECT 1 FROM audit_logs WHERE chain_seq IS NULL LIMIT 1)";
    while server.read(waiting) != "0" {
        assert!(start.elapsed() < SEALED_WITHIN, "the audit log is not sealed");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The kind of query that takes longest, by its 95th percentile.
async fn query(server: &Server, admin: &mut Caller, user: &str, count: usize, report: &mut Report) {
    let list = "/api/v1/audit-logs?page_size=50";
    let first = admin.get(list).await;
    let newest = first["data"]["items"][0]["at"].as_str().expect("a time").to_owned();
    let kinds = [
        ("first page", String::new()),
        ("by account", format!("&user_id={user}")),
        ("by action", "&action=card_key.activate".to_owned()),
        ("by account and action", format!("&user_id={user}&action=card_key.disable")),
        ("by level", "&level=WARNING".to_owned()),
        ("by status", "&status=refused".to_owned()),
        ("by address", "&ip=203.0.113.7".to_owned()),
        ("by time", format!("&from=2020-01-01T00:00:00Z&to={newest}")),
        ("by text that is rare", format!("&q=request-{:08}", count / 2)),
        ("by text that is nowhere", "&q=nothing-of-the-kind".to_owned()),
    ];
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let mut slowest = ("", Duration::ZERO);
    for (kind, filter) in kinds {
        let request = request("GET", &format!("{list}{filter}"), Some(&admin.token), None);
        let mut times = Vec::new();
        for _ in 0..QUERIES {
            let start = Instant::now();
            let reply = connection.call(&request).await.expect("the server answers");
            times.push(start.elapsed());
            assert_eq!(reply.status, 200, "{filter}: {}", String::from_utf8_lossy(&reply.body));
        }
        times.sort_unstable();
        let p95 = percentile(&times, 0.95);
        if p95 > slowest.1 {
            slowest = (kind, p95);
        }
    }
    let (kind, p95) = slowest;
    let name = format!("{} audit rows, slowest query, p95", grouped(count as f64));
    let row =
        Row::new(&name, &format!("≤ {} ms", QUERY_WITHIN.as_millis()), &format!("{} ({kind})", milliseconds(p95)));
    report.row(row.met(p95 <= QUERY_WITHIN));
}

async fn export(server: &Server, admin: &Caller, format: &str, count: usize, report: &mut Report) {
    let before = server.memory().resident;
    let path = format!("/api/v1/audit-logs/export?format={format}");
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let start = Instant::now();
    let reply = connection.call(&request("GET", &path, Some(&admin.token), None)).await.expect("the server answers");
    let rate = count as f64 / start.elapsed().as_secs_f64();
    assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
    if format == "csv" {
        let lines = reply.body.iter().filter(|byte| **byte == b'\n').count();
        assert!(lines > count, "the export has {lines} lines");
    }
    let memory = (server.memory().peak - before).max(0.0);
    let name = format!("{} audit rows, export as {}", grouped(count as f64), format.to_uppercase());
    let row = Row::new(&name, &format!("≥ {}/s", grouped(ROWS_A_SECOND)), &format!("{}/s", grouped(rate)));
    report.row(row.ratio(rate / ROWS_A_SECOND).met(rate >= ROWS_A_SECOND));
    let row = Row::new(
        &format!("{name}, memory of the server beside"),
        &format!("≤ {EXPORT_MEMORY:.0} MiB"),
        &format!("{memory:.0} MiB"),
    );
    report.row(row.met(memory <= EXPORT_MEMORY));
}
