use cardkey_tests::live::Knock;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

use super::{announce, titles};

on_each_database! {
    // ANN-07, WS-02
    async fn what_was_missed_comes_in_order_and_once_through_kills_and_restarts(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let mut client = lin.api.live().await;
        let epoch = client.hello()["epoch"].clone();
        let mut seen: Vec<(u64, String)> = Vec::new();
        for round in 0..3 {
            let admin = server.api().admin().await;
            announce(&admin, &format!("heard {round}"), json!({})).await;
            seen.extend(client.announcements_until(&format!("heard {round}")).await);
            // Killed with the connection open; what is published before the client comes back is missed.
            server.kill().await;
            server.start_again().await;
            let admin = server.api().admin().await;
            for number in 0..3 {
                announce(&admin, &format!("missed {round}.{number}"), json!({})).await;
            }
            client = Knock::at(&server.api()).bearer(lin.api.token()).open().await.greeted().await;
            assert_eq!(client.hello()["epoch"], epoch, "the log outlives the process");
            client.resume(&epoch, seen.last().unwrap().0).await;
            // Published while the client catches up.
            announce(&admin, &format!("live {round}"), json!({})).await;
            seen.extend(client.announcements_until(&format!("live {round}")).await);
        }
        let expected: Vec<String> = (0..3)
            .flat_map(|round| [format!("heard {round}"), format!("missed {round}.0"), format!("missed {round}.1"), format!("missed {round}.2"), format!("live {round}")])
            .collect();
        assert_eq!(titles(&seen), expected);
        assert!(seen.is_sorted_by(|one, next| one.0 < next.0), "{seen:?}");
    }

    // WS-02
    async fn who_does_not_resume_hears_what_comes_after_the_greeting(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        announce(&admin, "before", json!({})).await;
        let lin = admin.customer("lin").await;
        let mut silent = lin.api.live().await;
        assert_eq!(silent.hello()["seq"], 1);
        announce(&admin, "after", json!({})).await;
        assert_eq!(titles(&silent.announcements_until("after").await), ["after"]);
    }

    // WS-02
    async fn another_log_or_a_number_yet_to_come_is_told_and_the_client_lives_on(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        announce(&admin, "before", json!({})).await;
        for (epoch, seq, code) in [
            (json!("0192f0c0-0000-7000-8000-000000000000"), 0, "live.epoch_unknown"),
            (json!("nonsense"), 0, "live.epoch_unknown"),
            (json!(null), 2, "live.seq_unknown"),
            (json!(null), i64::MAX as u64, "live.seq_unknown"),
        ] {
            let mut client = lin.api.live().await;
            let epoch = if epoch.is_null() { client.hello()["epoch"].clone() } else { epoch };
            let before = client.hello()["seq"].as_u64().unwrap();
            // A number that the next announcement takes is no number yet to come any more.
            client.resume(&epoch, if seq == 2 { before + 1 } else { seq }).await;
            client.refused(code).await;
            announce(&admin, code, json!({})).await;
            assert_eq!(titles(&client.announcements_until(code).await), [code]);
        }
    }

    // WS-02
    async fn a_client_resumes_anew_within_one_connection_but_not_all_the_time(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        for number in 1..=120 {
            announce(&admin, &number.to_string(), json!({})).await;
        }
        let mut client = lin.api.live().await;
        let epoch = client.hello()["epoch"].clone();
        client.resume(&epoch, 0).await;
        let seen = client.announcements_until("120").await;
        assert_eq!(seen.len(), 120, "more than one page of the log");
        client.resume(&epoch, 100).await;
        client.refused("live.resume_too_often").await;
        cardkey_tests::until("the client to be allowed to resume", std::time::Duration::from_secs(10), async || {
            client.resume(&epoch, 117).await;
            let frame = client.frame().await;
            (frame["type"] == "announcement").then(|| assert_eq!(frame["seq"], 118))
        })
        .await;
        assert_eq!(titles(&client.announcements_until("120").await), ["119", "120"]);
    }
}
