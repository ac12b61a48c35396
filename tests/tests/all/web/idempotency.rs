use cardkey_tests::api::{PASSWORD, Reply};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

use super::routes;

on_each_database! {
    // SEC-11
    async fn the_same_request_is_done_once_and_answered_alike(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let create = async |server: &Server, key: &str, name: &str| -> Reply {
            let body = json!({ "username": name, "email": format!("{name}@example.org"), "password": PASSWORD, "roles": ["user"] });
            let call = server.api().bearing(admin.api.token()).post("/api/v1/users", &body);
            call.header("idempotency-key", key).send().await
        };
        let first = create(&server, "k-1", "lin").await.ok();
        assert_eq!(first.header("idempotency-replayed"), "");
        for _ in 0..2 {
            let again = create(&server, "k-1", "lin").await.ok();
            assert_eq!((again.status(), again.text()), (first.status(), first.text()));
            assert_eq!(again.header("idempotency-replayed"), "true");
        }
        let _ = create(&server, "k-1", "momo").await.refused(422, "idempotency.mismatch");
        assert_eq!(create(&server, "k-2", "lin").await.problem()["status"], 409, "another key is another request");
        let _ = create(&server, "K-1", "momo").await.ok();
        for key in ["", " ", "k 1", "ключ", &"k".repeat(256)] {
            let _ = create(&server, key, "nono").await.refused(400, "idempotency.malformed_key");
        }
        server.kill().await;
        server.start_again().await;
        assert_eq!(create(&server, "k-1", "lin").await.ok().text(), first.text());
    }

    // SEC-11
    async fn somebody_elses_key_is_another_key(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let second = admin.hire("second", &["super_admin"]).await;
        let body = json!({ "name": "Paint" });
        let app = async |person: &cardkey_tests::api::Person| {
            let call = person.api.post("/api/v1/apps", &body).header("idempotency-key", "k-1");
            call.send().await.ok().data()["id"].clone()
        };
        let (mine, theirs) = (app(&admin).await, app(&second).await);
        assert_ne!(mine, theirs);
        assert_eq!(app(&admin).await, mine);
        // Nor is the same key at another address the same request.
        let call = admin.api.post("/api/v1/blacklist", &json!({ "kind": "network", "value": "10.0.0.0/8", "reason": "x" }));
        let _ = call.header("idempotency-key", "k-1").send().await.ok();
    }

    // SEC-11
    async fn a_hundred_retries_at_once_are_one_change(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let tries = (0..100).map(|_| {
            let api = admin.api.clone();
            tokio::spawn(async move {
                let call = api.post("/api/v1/apps", &json!({ "name": "Paint" })).header("idempotency-key", "k-1");
                let reply = call.send().await;
                if reply.status() == 409 {
                    let _ = reply.refused(409, "idempotency.in_flight");
                    return None;
                }
                Some(reply.ok().data()["id"].clone())
            })
        });
        let mut ids = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            ids.extend(attempt.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1, "{ids:?}");
        assert_eq!(admin.api.get("/api/v1/apps").send().await.ok().data()["total"], 1);
    }

    // SEC-11
    async fn every_mutating_route_takes_a_key(database: Database) {
        let server = Server::on(database).await;
        // Questions change nothing, and a refresh has its own way with retries.
        let exempt = ["/api/v1/card-keys/verify", "/api/v1/devices/heartbeat", "/api/v1/auth/refresh"];
        for route in routes(&server.api()).await {
            if route.is_mutating() && !exempt.contains(&route.path.as_str()) {
                assert!(route.is_once, "{route:?}");
            }
        }
    }
}
