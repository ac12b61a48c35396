use std::time::Duration;

use cardkey_tests::api::{Person, device};
use cardkey_tests::server::Server;
use cardkey_tests::{on_each_database, until};
use serde_json::json;

use super::{inbox, texts};

const PATIENCE: Duration = Duration::from_secs(60);

async fn notices(reader: &Person) -> usize {
    usize::try_from(inbox(reader, &[]).await["total"].as_u64().unwrap()).unwrap()
}

async fn all_told(reader: &Person, count: usize) {
    until("every activation to be told", PATIENCE, async || {
        let told = notices(reader).await;
        assert!(told <= count, "something was told twice: {told} of {count}");
        (told == count).then_some(())
    })
    .await;
}

async fn all_handed_over(operator: &Person) {
    until("everything to be handed over", PATIENCE, async || {
        let events = operator.api.get("/api/v1/events").query(&[("page_size", "100")]).send().await.ok().data();
        events["items"].as_array().unwrap().iter().all(|event| event["delivered_at"].is_string()).then_some(())
    })
    .await;
}

on_each_database! {
    // EVT-03, EVT-04, APP-06
    async fn everything_that_comes_twice_is_said_once(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(3).place().await.codes;
        let lin = admin.customer("lin").await;
        for (number, code) in codes.iter().enumerate() {
            lin.activate(code, &device(number)).await;
        }
        let path = format!("/api/v1/apps/{}/maintenance", app.id);
        for enabled in [true, false, true] {
            let _ = admin.api.post(&path, &json!({ "enabled": enabled })).send().await.ok();
        }
        all_told(&lin, 4).await;
        all_handed_over(&admin).await;
        let spoken = |server: &Server| server.read("SELECT COUNT(*) FROM live_log");
        server.terminate().await;
        // Three activations with an event and a notice each; three events of maintenance, two announcements, one taken back.
        assert_eq!(spoken(&server), "12");
        for _ in 0..2 {
            server.execute("UPDATE outbox SET delivered_at = NULL");
            server.start_again().await;
            let (admin, lin) = (server.api().admin().await, server.api().login("lin", cardkey_tests::api::PASSWORD).await);
            all_handed_over(&admin).await;
            assert_eq!(notices(&lin).await, 4);
            server.terminate().await;
            assert_eq!(spoken(&server), "12");
        }
    }

    // EVT-03, EVT-04, NFR-02
    async fn whoever_redeemed_a_card_key_is_told_once_though_the_server_is_killed_at_any_moment(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(15).place().await.codes;
        let mut lin = admin.customer("lin").await;
        for (round, codes) in codes.chunks(3).enumerate() {
            let attempts = codes.iter().enumerate().map(|(number, code)| {
                let (lin, code) = (lin.clone(), code.clone());
                tokio::spawn(async move { lin.activate(&code, &device(round * 3 + number)).await })
            });
            for attempt in attempts.collect::<Vec<_>>() {
                attempt.await.unwrap();
            }
            server.kill().await;
            server.start_again().await;
            lin = server.api().login("lin", cardkey_tests::api::PASSWORD).await;
        }
        all_told(&lin, 15).await;
        let list = inbox(&lin, &[("page_size", "100")]).await;
        assert!(texts(&list, "priority").iter().all(|priority| priority == "low"));
        let admin = server.api().admin().await;
        let dead = admin.api.get("/api/v1/events/dead").send().await.ok().data();
        assert_eq!(dead["total"], 0, "{dead}");
    }
}
