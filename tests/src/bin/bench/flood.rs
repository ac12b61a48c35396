use serde_json::json;

use crate::api::Caller;
use crate::figures::{Rounds, milliseconds};
use crate::http::request;
use crate::options::Options;
use crate::process::CpuTime;
use crate::reads::check_session;
use crate::report::{Load, Report, Row};
use crate::server::Server;
use crate::wrk::{NUMBER, Wrk};

/// check-session with and without 64 connections that try to sign in under names that nobody has.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let server = Server::start(&options.server, None).await;
    let mut admin = Caller::administrator(server.port).await;
    let customers = admin.customers(options.customers()).await;
    let check_session = check_session(server.port, &customers);
    let body = json!({"username": format!("nobody-{NUMBER}"), "password": "Wrong-pass-1"}).to_string();
    let flood = Wrk::numbered(server.port, &request("POST", "/api/v1/auth/login", None, Some(&body)));

    check_session.run(options.warm_up().as_secs()).await;
    let (mut quiet, mut flooded, mut attempts) = (Rounds::default(), Rounds::default(), Rounds::default());
    let mut cpu = [CpuTime::default(), CpuTime::default()];
    for _ in 0..options.rounds() {
        let start = server.cpu();
        quiet.0.push(check_session.run(options.seconds()).await);
        let middle = server.cpu();
        // The flood begins earlier and ends later than what it is to disturb.
        let flood = flood.run(options.seconds() + 2);
        let disturbed = async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            check_session.run(options.seconds()).await
        };
        let (attempt, disturbed) = tokio::join!(flood, disturbed);
        attempts.0.push(attempt);
        flooded.0.push(disturbed);
        cpu[0] += middle.since(&start);
        cpu[1] += server.cpu().since(&middle);
    }
    for (rounds, state) in [(&quiet, "quiet"), (&flooded, "flooded")] {
        assert_eq!(rounds.refused(), 0, "check-session was refused while the server was {state}");
    }
    let ratio = flooded.p99().as_secs_f64() / quiet.p99().as_secs_f64();
    report.row(
        Row::new("check-session, p99, during a login flood", "≤ 3 × its quiet value", &milliseconds(flooded.p99()))
            .ratio(ratio)
            .met(ratio <= 3.0),
    );
    let [quiet_cpu, flooded_cpu] = cpu;
    report.load(Load { name: "check-session, quiet", rounds: quiet, cpu: quiet_cpu });
    report.load(Load { name: "check-session, flooded", rounds: flooded, cpu: flooded_cpu });
    report.load(Load { name: "login flood", rounds: attempts, cpu: CpuTime::default() });
}
