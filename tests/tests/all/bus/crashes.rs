use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cardkey_tests::api::{Person, device};
use cardkey_tests::server::{Embedded, Server};
use cardkey_tests::{Backend, on_each_database, until};
use serde_json::{Value, json};

use super::handlers::{Counting, Ill, Illness};

const PATIENCE: Duration = Duration::from_secs(60);

/// A device one of whose serial numbers identifies nothing, which is an event with an audit row of its own.
fn odd_device(number: usize) -> Value {
    let mut device = device(number);
    device["motherboard_id"] = json!("Default string");
    device
}

/// How many rows the handler wrote, and of how many events.
async fn security_rows(admin: &Person) -> (usize, usize) {
    let query = [("action", "security.device_anomaly"), ("page_size", "100")];
    let rows = admin.api.get("/api/v1/audit-logs").query(&query).send().await.ok().data();
    let rows: Vec<String> =
        rows["items"].as_array().unwrap().iter().map(|row| row["details"]["event_id"].to_string()).collect();
    let mut events = rows.clone();
    events.sort();
    events.dedup();
    (rows.len(), events.len())
}

async fn all_handled(admin: &Person, count: usize) {
    until("every event to be handled", PATIENCE, async || {
        let (rows, events) = security_rows(admin).await;
        assert_eq!(rows, events, "an event was handled twice");
        (events == count).then_some(())
    })
    .await;
}

on_each_database! {
    // EVT-03, EVT-04
    async fn everything_handed_over_twice_has_no_double_effect(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(3).place().await.codes;
        for (number, code) in codes.iter().enumerate() {
            admin.activate(code, &odd_device(number)).await;
        }
        all_handled(&admin, 3).await;
        server.terminate().await;
        server.execute("UPDATE outbox SET delivered_at = NULL");
        server.start_again().await;
        let admin = server.api().admin().await;
        until("everything to be handed over again", PATIENCE, async || {
            let events = admin.api.get("/api/v1/events").query(&[("page_size", "100")]).send().await.ok().data();
            events["items"].as_array().unwrap().iter().all(|event| event["delivered_at"].is_string()).then_some(())
        })
        .await;
        assert_eq!(security_rows(&admin).await, (3, 3));
    }

    // EVT-03, NFR-02
    async fn events_outlive_a_kill_at_any_moment_and_take_effect_once(database: Database) {
        let mut server = Server::on(database).await;
        let mut admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(24).place().await.codes;
        for (round, codes) in codes.chunks(4).enumerate() {
            // Killed right after the last acknowledgement of a few at once, so at another moment of the relay's round each time.
            let attempts = codes.iter().enumerate().map(|(n, code)| {
                let (admin, code, device) = (admin.clone(), code.clone(), odd_device(round * 4 + n));
                tokio::spawn(async move { admin.activate(&code, &device).await })
            });
            for attempt in attempts.collect::<Vec<_>>() {
                attempt.await.unwrap();
            }
            server.kill().await;
            server.start_again().await;
            admin = server.api().admin().await;
        }
        all_handled(&admin, 24).await;
    }

    // EVT-03
    async fn an_event_whose_handler_was_cut_off_is_handed_over_again(database: Database) {
        let hanging = Ill::with(Illness::NeverEnds, "app.registered");
        let mut server = Embedded::with(database, |application| application.subscribe(hanging.clone())).await;
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        until("the handler to begin", PATIENCE, async || hanging.begun.load(Ordering::SeqCst).then_some(())).await;
        server.stop().await;
        assert_eq!(hanging.done(), 0);

        let counting = Arc::new(Counting::default());
        hanging.healed.store(true, Ordering::SeqCst);
        server.start_again(|application| application.subscribe(hanging.clone()).subscribe(counting.clone())).await;
        until("the event to come again", PATIENCE, async || {
            (hanging.done() == 1 && counting.seen("app.registered").0 == 1).then_some(())
        })
        .await;
    }

    // EVT-02, SEC-05
    async fn an_event_that_cannot_be_read_is_a_dead_letter_and_holds_nobody_up(database: Database) {
        let backend = database.backend();
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        server.terminate().await;
        let id = if backend == Backend::Postgres { "'0192f0c0-0000-7000-8000-000000000001'" } else { "X'0192F0C0000070008000000000000001'" };
        server.execute(&format!(
            "INSERT INTO outbox (id, occurred_at, actor, request_id, name, schema_version, data) \
             VALUES ({id}, 1, '{{\"kind\":\"nobody\"}}', 'r', 'coffee.brewed', 9, '{{}}')"
        ));
        server.start_again().await;
        let admin = server.api().admin().await;
        admin.activate(&code, &odd_device(1)).await;
        all_handled(&admin, 1).await;
        let dead = admin.api.get("/api/v1/events/dead").send().await.ok().data();
        assert_eq!(dead["total"], 1, "{dead}");
        let letter = &dead["items"][0];
        assert_eq!((&letter["name"], &letter["deliveries"][0]["handler"]), (&json!("coffee.brewed"), &json!("*")));
    }
}
