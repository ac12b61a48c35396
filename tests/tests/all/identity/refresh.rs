use cardkey_tests::api::Person;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // TOK-03
    async fn a_refresh_gives_a_new_pair_and_a_retry_the_same_pair(database: Database) {
        let mut server = Server::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let first = lin.refresh().await.ok();
        let successor = server.api().person(&first);
        assert_ne!((successor.api.token(), &successor.refresh_token), (lin.api.token(), &lin.refresh_token));
        assert_eq!(successor.session_id, lin.session_id);
        let _ = successor.check_session().await.ok();

        // The reply was lost, and even the server was.
        server.kill().await;
        server.start_again().await;
        let body = json!({ "refresh_token": lin.refresh_token });
        let retry = server.api().post("/api/v1/auth/refresh", &body).send().await.ok();
        for field in ["access_token", "refresh_token"] {
            assert_eq!(retry.json()[field], first.json()[field], "{field}");
        }
    }

    // TOK-03
    async fn refreshes_at_the_same_time_have_one_successor(database: Database) {
        let server = Server::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let tries = (0..16).map(|_| {
            let lin = lin.clone();
            tokio::spawn(async move { lin.refresh().await.ok().json()["refresh_token"].clone() })
        });
        let mut successors = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            successors.push(attempt.await.unwrap());
        }
        successors.dedup();
        assert_eq!(successors.len(), 1);
    }

    // TOK-03, EVT-03
    async fn a_token_that_comes_back_after_its_successor_was_used_revokes_the_family(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let stolen = admin.customer("lin").await;
        let second = next(&stolen).await;
        let third = next(&second).await;

        assert_eq!(stolen.refresh().await.status(), 401);
        for person in [&second, &third] {
            assert_eq!(person.refresh().await.status(), 401);
            assert_eq!(person.check_session().await.status(), 401);
        }
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "session.refresh"), ("q", "token_reuse")]).send().await.ok().data();
        assert_eq!(rows["total"], 1, "{rows}");
        assert_eq!(rows["items"][0]["target_id"], stolen.session_id.as_str(), "{rows}");
    }

    // TOK-01
    async fn only_a_refresh_token_refreshes(database: Database) {
        let server = Server::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        for token in [lin.api.token(), "", "x", "a.b.c", &"t".repeat(20_000)] {
            let reply = server.api().post("/api/v1/auth/refresh", &json!({ "refresh_token": token })).send().await;
            assert!(matches!(reply.status(), 400 | 401), "{}", reply.problem());
        }
        let _ = server.api().post("/api/v1/auth/refresh", &json!({})).send().await.problem();
        let _ = lin.refresh().await.ok();
    }
}

async fn next(person: &Person) -> Person {
    person.api.person(&person.refresh().await.ok())
}
