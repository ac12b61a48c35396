use serde_json::{Value, json};

use crate::api::{Caller, activation, device, text};
use crate::figures::{Rounds, grouped, milliseconds};
use crate::http::{Connection, request};
use crate::options::Options;
use crate::process::CpuTime;
use crate::report::{Load, Report, Row};
use crate::server::Server;
use crate::wrk::Wrk;

const CHECK_SESSION: &str = "/api/v1/auth/check-session";

/// The bare route, check-session, verify and heartbeat in turn, on one server.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let server = Server::start(&options.server, None).await;
    let mut admin = Caller::administrator(server.port).await;
    let customers = admin.customers(options.customers()).await;
    let bare = Wrk::get(server.port, "/livez");
    let check_session = check_session(server.port, &customers);
    let verdicts = licences(options, &server, &mut admin, &customers).await;
    let verify = in_turn(
        &server,
        "/api/v1/card-keys/verify",
        &verdicts,
        |machine, verdict| json!({"license": verdict, "device_info": device(machine), "nonce": nonce(machine)}),
    );
    let heartbeat = in_turn(
        &server,
        "/api/v1/devices/heartbeat",
        &verdicts,
        |machine, verdict| json!({"license": verdict, "nonce": nonce(machine)}),
    );
    let (verify, heartbeat) = (verify.await, heartbeat.await);

    let mut loads = [
        Series::new("bare route (`GET /livez`)", bare),
        Series::new("check-session", check_session),
        Series::new("verify with a signed verdict", verify),
        Series::new("heartbeat", heartbeat),
    ];
    for load in &loads {
        load.wrk.run(options.warm_up().as_secs()).await;
    }
    for _ in 0..options.rounds() {
        for load in &mut loads {
            load.round(&server, options.seconds()).await;
        }
    }
    let [bare, check_session, verify, heartbeat] = loads;
    let ratio = |load: &Series| load.rounds.per_second() / bare.rounds.per_second();
    let measured = |load: &Series| format!("{}/s", grouped(load.rounds.per_second()));
    for (name, load, least) in
        [("check-session", &check_session, 0.6), ("verify", &verify, 0.25), ("heartbeat", &heartbeat, 0.25)]
    {
        let row = Row::new(&format!("{name} against a bare route"), &format!("≥ {least:.2}"), &measured(load));
        report.row(row.ratio(ratio(load)).met(ratio(load) >= least));
    }
    let p99 = verify.rounds.p99();
    report.row(Row::new("verify, p99", "≤ 10 ms", &milliseconds(p99)).met(p99.as_millis() < 10));
    for load in [bare, check_session, verify, heartbeat] {
        report.load(Load { name: load.name, rounds: load.rounds, cpu: load.cpu });
    }
}

/// One load's rounds.
struct Series {
    name: &'static str,
    wrk: Wrk,
    rounds: Rounds,
    cpu: CpuTime,
}

impl Series {
    fn new(name: &'static str, wrk: Wrk) -> Self {
        Self { name, wrk, rounds: Rounds::default(), cpu: CpuTime::default() }
    }

    async fn round(&mut self, server: &Server, seconds: u64) {
        let before = server.cpu();
        let round = self.wrk.run(seconds).await;
        assert_eq!(round.refused, 0, "{} was refused {} of {} times", self.name, round.refused, round.requests);
        self.cpu += server.cpu().since(&before);
        self.rounds.0.push(round);
    }
}

/// Every customer's session in turn.
pub(crate) fn check_session(port: u16, customers: &[Caller]) -> Wrk {
    let requests: Vec<String> =
        customers.iter().map(|customer| request("GET", CHECK_SESSION, Some(&customer.token), None)).collect();
    Wrk::in_turn(port, &requests)
}

/// As many licences as there are, each with its own device and verdict.
async fn licences(options: &Options, server: &Server, admin: &mut Caller, customers: &[Caller]) -> Vec<String> {
    let app = admin.app().await;
    let keys = admin.card_keys(&app, options.licences()).await;
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let mut verdicts = Vec::new();
    for (machine, key) in keys.iter().enumerate() {
        let token = &customers[machine % customers.len()].token;
        let body = activation(key, machine).to_string();
        let reply = ask(&mut connection, "/api/v1/card-keys/activate", Some(token), &body).await;
        assert_eq!(reply["success"], true, "activation was refused: {reply}");
        verdicts.push(text(&reply["data"]["verdict"]));
    }
    verdicts
}

/// A question that each licence asks in turn: `body` makes it of the machine and its verdict.
async fn in_turn(server: &Server, path: &str, verdicts: &[String], body: impl Fn(usize, &str) -> Value) -> Wrk {
    let bodies: Vec<String> =
        verdicts.iter().enumerate().map(|(machine, verdict)| body(machine, verdict).to_string()).collect();
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let reply = ask(&mut connection, path, None, &bodies[0]).await;
    assert_eq!(reply["data"]["valid"], true, "a genuine verdict is not valid: {reply}");
    let requests: Vec<String> = bodies.iter().map(|body| request("POST", path, None, Some(body))).collect();
    Wrk::in_turn(server.port, &requests)
}

fn nonce(machine: usize) -> String {
    format!("nonce-{machine:026}")
}

async fn ask(connection: &mut Connection, path: &str, token: Option<&str>, body: &str) -> Value {
    let reply = connection.call(&request("POST", path, token, Some(body))).await.expect("the server answers");
    serde_json::from_slice(&reply.body).expect("a JSON reply")
}
