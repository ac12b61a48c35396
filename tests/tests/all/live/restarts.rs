use std::time::Duration;

use cardkey_tests::live::{Knock, LiveClient, Said};
use cardkey_tests::server::{Server, Settings};
use cardkey_tests::{Backend, Database, on_each_database, until};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::announce;

/// What is published between two restarts.
const EACH_TIME: usize = 6;
const RESTARTS: usize = 3;
/// One client of so many does not read before the end.
const LAZY: usize = 10;
const ASKED_AGAIN: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(120);

/// What clients know of the server: how often it was started, and whether those that stall may read again.
type Progress = (usize, bool);

/// A client that wants to hear everything, and what it has heard.
struct Listener {
    knock: Knock,
    progress: watch::Receiver<Progress>,
    is_lazy: bool,
    epoch: Value,
    heard: Vec<u64>,
}

impl Listener {
    /// Listens until the announcement of this number, through whatever happens to the server.
    async fn listen(mut self, last: u64) -> Vec<u64> {
        let mut start = 1;
        while self.heard.last() != Some(&last) {
            drop(self.progress.wait_for(|(starts, _)| *starts >= start).await.unwrap());
            let seen = self.progress.borrow().0;
            let client = loop {
                if let Some(client) = self.knock.clone().try_open().await {
                    break client;
                }
                // Turned away, or the server has just gone: asked again, at the latest when it is known to be back.
                drop(tokio::time::timeout(ASKED_AGAIN, self.progress.changed()).await);
            };
            if self.hear(client, last).await {
                start = seen + 1;
            }
        }
        self.heard
    }

    /// One connection, up to its end; tells whether the server is gone.
    async fn hear(&mut self, mut client: LiveClient, last: u64) -> bool {
        let Said::Frame(hello) = client.next().await else { return true };
        if self.epoch.is_null() {
            self.epoch = hello["epoch"].clone();
        }
        assert_eq!(self.epoch, hello["epoch"], "the log outlives the process");
        client.resume(&self.epoch, self.heard.last().copied().unwrap_or(0)).await;
        if self.is_lazy {
            drop(self.progress.wait_for(|(_, may_read)| *may_read).await.unwrap());
        }
        while self.heard.last() != Some(&last) {
            match client.next().await {
                Said::Frame(frame) => self.heard.push(frame["seq"].as_u64().unwrap()),
                Said::Closed(closed) => return closed.code != 4008,
                Said::Gone => return true,
            }
        }
        false
    }
}

/// Many clients, a tenth of them lazy, and a server that is killed and restarted meanwhile.
async fn everybody_hears_everything(database: Database, clients: usize) {
    let mut server =
        Settings::default().set("WS_MAX_PER_USER", "1000").set("WS_MAX_PER_ADDRESS", "5000").start(database).await;
    let port = server.port().to_string();
    let admin = server.api().admin().await;
    let people = [admin.customer("lin").await, admin.customer("momo").await, admin.customer("anna").await];
    let (tell, progress) = watch::channel((1, false));
    let last = ((RESTARTS + 1) * EACH_TIME) as u64;
    let mut listeners = JoinSet::new();
    for number in 0..clients {
        let person = &people[number % people.len()];
        let knock = Knock::at(&person.api).bearer(person.api.token()).receive_buffer(16_384);
        let (progress, is_lazy) = (progress.clone(), number % LAZY == 0);
        let listener = Listener { knock, progress, is_lazy, epoch: Value::Null, heard: Vec::new() };
        listeners.spawn(listener.listen(last));
    }
    for round in 0..=RESTARTS {
        // Those that are lazy do not notice that the server they are connected to is gone.
        until_open(&server, clients - clients.div_ceil(LAZY)).await;
        let admin = server.api().admin().await;
        for number in 0..EACH_TIME {
            announce(&admin, &format!("{round}.{number}"), json!({})).await;
            if number == EACH_TIME / 2 && round < RESTARTS {
                // In the middle of it, by turns without a warning and as an operator does.
                if round % 2 == 0 {
                    server.kill().await;
                } else {
                    assert_eq!(server.terminate().await.code(), Some(0));
                }
                server.start_again_with(|settings| settings.set("PORT", &port)).await;
                tell.send_modify(|(starts, _)| *starts += 1);
            }
        }
    }
    tell.send_modify(|(_, may_read)| *may_read = true);
    let expected: Vec<u64> = (1..=last).collect();
    let heard = tokio::time::timeout(PATIENCE, listeners.join_all()).await.expect("everybody hears the last");
    assert_eq!(heard.len(), clients);
    for heard in heard {
        assert_eq!(heard, expected, "the whole sequence, none doubled");
    }
}

async fn until_open(server: &Server, clients: usize) {
    let admin = server.api().admin().await;
    until("everybody to be connected", PATIENCE, async || {
        let health = admin.api.get("/health").send().await.ok().data();
        (health["live"]["open"].as_u64()? >= clients as u64).then_some(())
    })
    .await;
}

on_each_database! {
    // ANN-07, WS-02, WS-04, NFR-02
    async fn everybody_hears_everything_once_through_kills_and_restarts(database: Database) {
        everybody_hears_everything(database, 60).await;
    }
}

// ANN-07, WS-05, NFR-02
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_clients_hear_everything_once_through_kills_and_restarts() {
    everybody_hears_everything(Database::create(Backend::Sqlite), 2_000).await;
}
