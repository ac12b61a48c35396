use cardkey_tests::DatabaseServer;

use crate::api::{Caller, activation};
use crate::figures::{Rounds, grouped, milliseconds};
use crate::http::request;
use crate::load::send_each_once;
use crate::options::Options;
use crate::process::CpuTime;
use crate::report::{Load, Report, Row};
use crate::server::Server;

struct Target {
    database: &'static str,
    per_second: f64,
}

pub(crate) async fn on_sqlite(options: &Options, report: &mut Report) {
    let server = Server::start(&options.server, None).await;
    measure(options, report, &server, &Target { database: "SQLite", per_second: 2_000.0 }).await;
}

pub(crate) async fn on_postgres(options: &Options, report: &mut Report) {
    let target = Target { database: "PostgreSQL", per_second: 1_500.0 };
    match DatabaseServer::postgres().await {
        Ok(database) => {
            let server = Server::start(&options.server, Some(database.url())).await;
            measure(options, report, &server, &target).await;
        }
        Err(error) => {
            report.row(Row::new("activation, durable, PostgreSQL", "≥ 1,500/s", &format!("not measured: {error}")));
        }
    }
}

/// 64 customers who redeem card keys as fast as they are answered, each key on a machine of its own.
async fn measure(options: &Options, report: &mut Report, server: &Server, target: &Target) {
    let mut admin = Caller::administrator(server.port).await;
    let customers = admin.customers(options.customers()).await;
    let app = admin.app().await;
    let (mut rounds, mut cpu) = (Rounds::default(), CpuTime::default());
    for round in 0..options.rounds() {
        let keys = admin.card_keys(&app, options.activations()).await;
        let requests = keys.iter().enumerate().map(|(place, key)| {
            let token = &customers[place % customers.len()].token;
            let body = activation(key, round * options.activations() + place).to_string();
            request("POST", "/api/v1/card-keys/activate", Some(token), Some(&body))
        });
        let requests = requests.collect();
        let before = server.cpu();
        let round = send_each_once(server.port, requests).await;
        assert_eq!(round.refused, 0, "{} of {} activations were refused", round.refused, round.requests);
        cpu += server.cpu().since(&before);
        rounds.0.push(round);
    }
    let (rate, p99) = (rounds.per_second(), rounds.p99());
    let Target { database, per_second } = target;
    report.row(
        Row::new(
            &format!("activation, durable, {database}"),
            &format!("≥ {}/s", grouped(*per_second)),
            &format!("{}/s", grouped(rate)),
        )
        .ratio(rate / per_second)
        .met(rate >= *per_second),
    );
    let name = format!("activation, {database}");
    report.row(Row::new(&format!("{name}, p99"), "≤ 50 ms", &milliseconds(p99)).met(p99.as_millis() < 50));
    report.load(Load {
        name: if *database == "SQLite" { "activation, SQLite" } else { "activation, PostgreSQL" },
        rounds,
        cpu,
    });
}
