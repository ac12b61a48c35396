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

/// The bare route, check-session and verify in turn, on one server.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let server = Server::start(&options.server, None).await;
    let mut admin = Caller::administrator(server.port).await;
    let customers = admin.customers(options.customers()).await;
    let bare = Wrk::get(server.port, "/livez");
    let check_session = check_session(server.port, &customers);
    let verify = verify(options, &server, &mut admin, &customers).await;

    let mut loads = [
        Series::new("bare route (`GET /livez`)", bare),
        Series::new("check-session", check_session),
        Series::new("verify with a signed verdict", verify),
    ];
    for load in &loads {
        load.wrk.run(options.warm_up().as_secs()).await;
    }
    for _ in 0..options.rounds() {
        for load in &mut loads {
            load.round(&server, options.seconds()).await;
        }
    }
    let [bare, check_session, verify] = loads;
    let ratio = |load: &Series| load.rounds.per_second() / bare.rounds.per_second();
    let measured = |load: &Series| format!("{}/s", grouped(load.rounds.per_second()));
    report.row(
        Row::new("check-session against a bare route", "≥ 0.60", &measured(&check_session))
            .ratio(ratio(&check_session))
            .met(ratio(&check_session) >= 0.6),
    );
    report.row(
        Row::new("verify against a bare route", "≥ 0.25", &measured(&verify))
            .ratio(ratio(&verify))
            .met(ratio(&verify) >= 0.25),
    );
    let p99 = verify.rounds.p99();
    report.row(Row::new("verify, p99", "≤ 10 ms", &milliseconds(p99)).met(p99.as_millis() < 10));
    for load in [bare, check_session, verify] {
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

/// As many licences as there are, each with its own device and verdict, in turn.
async fn verify(options: &Options, server: &Server, admin: &mut Caller, customers: &[Caller]) -> Wrk {
    let app = admin.app().await;
    let keys = admin.card_keys(&app, options.licences()).await;
    let mut connection = Connection::open(server.port).await.expect("the server accepts connections");
    let mut requests = Vec::new();
    for (machine, key) in keys.iter().enumerate() {
        let token = &customers[machine % customers.len()].token;
        let body = activation(key, machine).to_string();
        let activate = request("POST", "/api/v1/card-keys/activate", Some(token), Some(&body));
        let reply = connection.call(&activate).await.expect("the server answers");
        let reply: Value = serde_json::from_slice(&reply.body).expect("a JSON reply");
        assert_eq!(reply["success"], true, "activation was refused: {reply}");
        let verdict = text(&reply["data"]["verdict"]);
        let body = json!({"license": verdict, "device_info": device(machine), "nonce": format!("nonce-{machine:026}")});
        requests.push(request("POST", "/api/v1/card-keys/verify", None, Some(&body.to_string())));
    }
    let reply = connection.call(&requests[0]).await.expect("the server answers");
    let reply: Value = serde_json::from_slice(&reply.body).expect("a JSON reply");
    assert_eq!(reply["data"]["valid"], true, "a genuine verdict is not valid: {reply}");
    Wrk::in_turn(server.port, &requests)
}
