use std::time::{Duration, Instant};

use cardkey_tests::api::{Call, device};
use cardkey_tests::server::Server;
use cardkey_tests::{Backend, on_each_database, until};
use serde_json::json;

const SECOND: Duration = Duration::from_secs(1);

on_each_database! {
    // TOK-05
    async fn what_one_node_ends_the_other_refuses_within_a_second(database: Database) {
        if database.backend() == Backend::Sqlite {
            // A file has one node.
            return;
        }
        let server = Server::on(database).await;
        let node = server.beside().await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let there = || node.api().bearing(lin.api.token()).get("/api/v1/auth/check-session");
        let _ = there().send().await.ok();
        let _ = lin.logout().await.ok();
        let late = last_answer_as_before(there, 200).await;
        assert!(late <= SECOND, "{late:?}");
        let _ = there().send().await.refused(401, "auth.session_ended");
        // Nor does a token live on by being exchanged elsewhere.
        let refresh = json!({ "refresh_token": lin.refresh_token });
        let _ = node.api().post("/api/v1/auth/refresh", &refresh).send().await.refused(401, "auth.session_ended");
    }

    // CARD-08, CARD-10
    async fn what_one_node_shuts_off_the_other_stops_within_a_second(database: Database) {
        if database.backend() == Backend::Sqlite {
            // A file has one node.
            return;
        }
        let server = Server::on(database).await;
        let node = server.beside().await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let licence = admin.customer("lin").await.activate(&code, &device(1)).await;
        let question = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let verify = async || node.api().post("/api/v1/card-keys/verify", &question).send().await.ok().data()["code"].clone();
        assert_eq!(verify().await, "VALID");
        let _ = admin.change_card_key(&code, "disable", json!({})).await.ok();
        let disabled = Instant::now();
        let mut late = Duration::ZERO;
        until("the other node to know", 10 * SECOND, async || {
            let asked = disabled.elapsed();
            let code = verify().await;
            if code == "VALID" {
                late = asked;
            }
            (code == "DISABLED").then_some(())
        })
        .await;
        assert!(late <= SECOND, "{late:?}");
    }
}

/// Asks until the answer is another than before; tells when, counted from now, that one was last asked for.
async fn last_answer_as_before(ask: impl Fn() -> Call, status: u16) -> Duration {
    let (start, mut late) = (Instant::now(), Duration::ZERO);
    until("another answer", 10 * SECOND, async || {
        let asked = start.elapsed();
        let changed = ask().send().await.status() != status;
        if !changed {
            late = asked;
        }
        changed.then_some(())
    })
    .await;
    late
}
