use std::time::{Duration, Instant};

use super::broadcaster::Broadcaster;
use super::cardkey::Cardkey;
use super::crowd::Crowd;
use super::nchan::Nchan;
use super::node_ws::NodeWs;
use super::outcome::{Outcome, Round};
use crate::figures::{grouped, milliseconds, percentile};
use crate::options::Options;
use crate::report::{Report, Row};

/// Everybody has heard by then, or never will.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client that may still resume is told nothing yet; see docs/websocket.md.
const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A number of clients and what is asked with so many.
struct Crowding {
    clients: usize,
    p99: Duration,
    /// Messages that are said one after the other, each when the last was heard by all; then as many as fast as they are answered.
    messages: usize,
}

const CROWDINGS: [Crowding; 2] = [
    Crowding { clients: 1_000, p99: Duration::from_millis(50), messages: 30 },
    Crowding { clients: 10_000, p99: Duration::from_millis(100), messages: 10 },
];

const ANSWERED_WITHIN: Duration = Duration::from_millis(20);

/// KiB that a connection may take.
const MEMORY: f64 = 16.0;

/// The three servers in turn, round by round, with few and with many clients.
pub(crate) async fn measure(options: &Options, report: &mut Report) {
    let mut cardkey = Cardkey::start(options).await;
    let bytes = size_of_a_message(&mut cardkey).await;
    let (mut nchan, mut node) = (Nchan::start(bytes).await, NodeWs::start(bytes).await);
    for crowding in &CROWDINGS {
        let mut outcomes = [new(&cardkey, crowding), new(&nchan, crowding), new(&node, crowding)];
        for round in 0..options.rounds() {
            let is_first = round == 0;
            outcomes[0].rounds.push(listen(&mut cardkey, crowding, is_first).await);
            outcomes[1].rounds.push(listen(&mut nchan, crowding, is_first).await);
            outcomes[2].rounds.push(listen(&mut node, crowding, is_first).await);
        }
        judge(crowding, &outcomes, report);
        outcomes.into_iter().for_each(|outcome| report.outcome(outcome));
    }
}

fn new(server: &impl Broadcaster, crowding: &Crowding) -> Outcome {
    Outcome { server: server.name(), clients: crowding.clients, rounds: Vec::new() }
}

fn judge(crowding: &Crowding, outcomes: &[Outcome; 3], report: &mut Report) {
    let [own, peers @ ..] = outcomes;
    let clients = grouped(crowding.clients as f64);
    let name = |what: &str| format!("announcement to {clients} clients, {what}");
    let milliseconds_at_most = |most: Duration| format!("≤ {} ms", most.as_millis());
    let limits = [("delivered, p99", own.p99(), crowding.p99), ("answered, p99", own.answered(), ANSWERED_WITHIN)];
    for (what, measured, most) in limits {
        report.row(Row::new(&name(what), &milliseconds_at_most(most), &milliseconds(measured)).met(measured <= most));
    }
    let memory = own.memory();
    let row = Row::new(&name("memory a connection"), &format!("≤ {MEMORY:.0} KiB"), &format!("{memory:.1} KiB"));
    report.row(row.met(memory <= MEMORY));

    let best_rate = peers.iter().map(Outcome::per_second).fold(0.0, f64::max);
    let rate = own.per_second();
    let row = Row::new(&name("deliveries against the better peer"), "> 1.00", &format!("{}/s", grouped(rate)));
    report.row(row.ratio(rate / best_rate).met(rate > best_rate));
    let best_p99 = peers.iter().map(Outcome::p99).min().unwrap_or_default();
    let row = Row::new(&name("p99 against the better peer"), "< 1.00", &milliseconds(own.p99()));
    report.row(row.ratio(own.p99().as_secs_f64() / best_p99.as_secs_f64()).met(own.p99() < best_p99));
}

/// One round at one server.
async fn listen(server: &mut impl Broadcaster, crowding: &Crowding, is_first: bool) -> Round {
    let Crowding { clients, messages, .. } = *crowding;
    server.prepare(2 * messages).await;
    let alone = server.memory().resident;
    let crowd = gather(server, clients).await;
    let memory = (server.memory().resident - alone) * 1_024.0 / clients as f64;
    let before = server.cpu();

    let (mut said, mut answers) = (Vec::new(), Vec::new());
    for number in 0..messages {
        said.push(Instant::now());
        answers.push(server.say().await);
        assert!(crowd.has_heard(number + 1, PATIENCE).await, "{}: a message did not reach everybody", server.name());
    }
    let burst = Instant::now();
    for _ in 0..messages {
        answers.push(server.say().await);
    }
    assert!(crowd.has_heard(2 * messages, PATIENCE).await, "{}: a message did not reach everybody", server.name());
    let cpu = server.cpu().since(&before).total();
    let arrivals = crowd.dismiss().expect("the crowd was connected to the end");

    let last = arrivals.iter().map(|arrival| arrival.at).max().unwrap_or(burst);
    let late = |arrival: &super::crowd::Arrival| Some(arrival.at.duration_since(*said.get(arrival.number)?));
    let mut latencies: Vec<Duration> = arrivals.iter().filter_map(late).collect();
    latencies.sort_unstable();
    answers.sort_unstable();
    Round {
        p50: percentile(&latencies, 0.50),
        p99: percentile(&latencies, 0.99),
        per_second: (clients * messages) as f64 / last.duration_since(burst).as_secs_f64().max(f64::EPSILON),
        answered: percentile(&answers, 0.99),
        cpu: cpu / u32::try_from(2 * messages * clients).unwrap_or(u32::MAX),
        memory: is_first.then_some(memory),
    }
}

async fn gather(server: &impl Broadcaster, clients: usize) -> Crowd {
    let gathered = Crowd::gather(server.port(), clients, server.greetings(), |client| server.upgrade(client)).await;
    let crowd =
        gathered.unwrap_or_else(|error| panic!("{}: {clients} clients could not connect: {error}", server.name()));
    tokio::time::sleep(SETTLED_AFTER).await;
    crowd
}

/// What the peers are given to say, so that all move as many bytes.
async fn size_of_a_message(server: &mut Cardkey) -> usize {
    server.prepare(1).await;
    let crowd = gather(server, 1).await;
    server.say().await;
    assert!(crowd.has_heard(1, PATIENCE).await, "an announcement did not arrive");
    crowd.dismiss().expect("the client was connected").first().expect("a message").bytes
}
