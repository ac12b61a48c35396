use std::collections::BTreeMap;
use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_tests::api::{Person, device};
use cardkey_tests::server::Server;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

const DEVICES: usize = 6;

/// What a crash may cost (DEV-04).
const LOST_AT_MOST: Duration = Duration::from_secs(5);

on_each_database! {
    // DEV-04, NFR-02
    async fn after_a_crash_last_seen_is_at_most_5_seconds_old(database: Database) {
        let (mut server, licences) = licences(database).await;
        // For longer than what may be lost, so that having forgotten them all would show.
        let heard = beat_for(&server, &licences, LOST_AT_MOST + Duration::from_secs(1)).await;
        server.kill().await;
        server.start_again().await;
        let admin = server.api().admin().await;
        for (device, heard) in heard {
            let seen = last_seen(&admin, &device).await;
            assert!(heard.since(seen) <= LOST_AT_MOST, "{device} was heard at {heard}, last seen says {seen}");
        }
    }

    // DEV-04
    async fn a_server_that_is_asked_to_end_loses_no_heartbeat(database: Database) {
        let (mut server, licences) = licences(database).await;
        let heard = beat_for(&server, &licences, Duration::ZERO).await;
        assert!(server.terminate().await.success());
        server.start_again().await;
        let admin = server.api().admin().await;
        for (device, heard) in heard {
            assert_eq!(last_seen(&admin, &device).await, heard);
        }
    }
}

/// A server on which a customer has some licences, each on a device of its own.
async fn licences(database: cardkey_tests::Database) -> (Server, Vec<Value>) {
    let server = Server::on(database).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let codes = admin.order(&app).count(DEVICES).place().await.codes;
    let lin = admin.customer("lin").await;
    let mut licences = Vec::new();
    for (number, code) in codes.iter().enumerate() {
        licences.push(lin.activate(code, &device(number)).await);
    }
    (server, licences)
}

/// Lets the devices show themselves in turn for so long; tells when each was last heard.
async fn beat_for(server: &Server, licences: &[Value], length: Duration) -> BTreeMap<String, Timestamp> {
    let mut heard = BTreeMap::new();
    let mut first = None;
    until("the devices to show themselves", Duration::from_secs(60), async || {
        for licence in licences {
            let body = json!({ "license": licence["verdict"], "nonce": "0123456789abcdef" });
            let reply = server.api().post("/api/v1/devices/heartbeat", &body).send().await.ok().data();
            let at = Timestamp::parse(reply["server_time"].as_str().unwrap()).unwrap();
            heard.insert(licence["device_id"].as_str().unwrap().to_owned(), at);
            first.get_or_insert(at);
        }
        let last = heard.values().max()?;
        (last.since(first?) >= length).then_some(())
    })
    .await;
    heard
}

async fn last_seen(admin: &Person, device: &str) -> Timestamp {
    let shown = admin.api.get(&format!("/api/v1/devices/{device}")).send().await.ok().data();
    Timestamp::parse(shown["last_seen_at"].as_str().unwrap()).unwrap()
}
