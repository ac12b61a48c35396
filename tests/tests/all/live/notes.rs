use std::time::Duration;

use cardkey_tests::api::Person;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

use super::{announce, announce_to};

async fn statistics(operator: &Person, id: &str) -> Value {
    operator.api.get(&format!("/api/v1/announcements/{id}/statistics")).send().await.ok().data()
}

async fn until_counted(operator: &Person, id: &str, delivered: u64, read: u64, confirmed: u64) {
    cardkey_tests::until("the notes to be counted", Duration::from_secs(10), async || {
        let told = statistics(operator, id).await;
        let counts = [&told["delivered"], &told["read"], &told["confirmed"]].map(Value::as_u64);
        (counts == [Some(delivered), Some(read), Some(confirmed)]).then_some(())
    })
    .await;
}

on_each_database! {
    // ANN-05, ANN-06, WS-02
    async fn what_clients_take_note_of_is_counted_once_each(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        let (mut lin_live, mut momo_live) = (lin.api.live().await, momo.api.live().await);
        let id = announce(&admin, "read me", json!({ "must_confirm": true })).await;
        let frame = lin_live.frame().await;
        assert_eq!(momo_live.frame().await, frame, "one frame for all");
        let seq = frame["seq"].as_u64().unwrap();
        for client in [&mut lin_live, &mut momo_live] {
            client.acknowledge(seq).await;
            client.acknowledge(seq).await;
            client.settle().await;
        }
        until_counted(&admin, &id, 2, 0, 0).await;
        lin_live.say(json!({ "type": "read", "announcement_id": id })).await;
        lin_live.settle().await;
        until_counted(&admin, &id, 2, 1, 0).await;
        for _ in 0..2 {
            momo_live.say(json!({ "type": "confirm", "announcement_id": id })).await;
        }
        // A pong tells that what was said before it is kept, even if the server is killed now.
        momo_live.settle().await;
        server.kill().await;
        server.start_again().await;
        let admin = server.api().admin().await;
        until_counted(&admin, &id, 2, 2, 1).await;
        let unconfirmed = admin.api.get(&format!("/api/v1/announcements/{id}/unconfirmed")).send().await.ok().data();
        let names: Vec<&str> = unconfirmed["items"].as_array().unwrap().iter().filter_map(|item| item["username"].as_str().or(item["name"].as_str())).collect();
        assert!(names.contains(&"lin") && !names.contains(&"momo"), "{unconfirmed}");
    }

    // ANN-02, ANN-06
    async fn what_is_not_for_a_client_it_cannot_confirm_and_what_it_missed_it_can_read(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (lin, momo) = (admin.customer("lin").await, admin.customer("momo").await);
        let missed = announce(&admin, "missed", json!({})).await;
        let theirs = announce_to(&admin, "theirs", "users", &[&momo.id]).await;
        let mut client = lin.api.live().await;
        for kind in ["read", "confirm"] {
            client.say(json!({ "type": kind, "announcement_id": theirs })).await;
            client.refused("announcement.not_found").await;
        }
        client.say(json!({ "type": "read", "announcement_id": missed })).await;
        client.settle().await;
        until_counted(&admin, &missed, 1, 1, 0).await;
        until_counted(&admin, &theirs, 0, 0, 0).await;
    }

    // ANN-05, OPS-05
    async fn what_was_noted_before_a_shutdown_is_written_down(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let mut client = lin.api.live().await;
        let id = announce(&admin, "last", json!({})).await;
        let seq = client.frame().await["seq"].as_u64().unwrap();
        client.acknowledge(seq).await;
        client.settle().await;
        let leaving = tokio::spawn(async move { client.closed().await });
        assert_eq!(server.terminate().await.code(), Some(0));
        assert_eq!(leaving.await.unwrap().code, 1001);
        server.start_again().await;
        until_counted(&server.api().admin().await, &id, 1, 0, 0).await;
    }
}
