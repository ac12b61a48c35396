use std::time::Duration;

use cardkey_tests::server::Server;
use cardkey_tests::{Backend, on_each_database, until};

on_each_database! {
    // OPS-05
    async fn alive_ready_and_healthy_are_three_things(database: Database) {
        let server = Server::on(database).await;
        for path in ["/livez", "/readyz"] {
            let _ = server.api().get(path).send().await.ok();
        }
        let _ = server.api().get("/health").send().await.refused(401, "auth.required");
        let admin = server.api().admin().await;
        let health = admin.api.get("/health").send().await.ok().json();
        assert!(health.to_string().contains("database"), "{health}");
        let lin = admin.customer("lin").await;
        assert_eq!(lin.api.get("/health").send().await.status(), 403);
    }

    // OPS-05, NFR-02
    async fn without_its_database_a_server_lives_but_is_not_ready(database: Database) {
        if database.backend() == Backend::Sqlite {
            // A file does not go away while it is open.
            return;
        }
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        server.lose_database();
        until("the server to notice", Duration::from_secs(30), async || {
            (server.api().get("/readyz").send().await.status() == 503).then_some(())
        })
        .await;
        let _ = server.api().get("/livez").send().await.ok();
        let reply = admin.api.get("/api/v1/users").send().await;
        assert!(reply.status() >= 500, "{}", reply.text());
        let mut problem = reply.problem();
        let _ = problem.as_object_mut().unwrap().remove("type");
        for internal in ["sqlx", "SELECT", "postgres", "mysql", "127.0.0.1"] {
            assert!(!problem.to_string().contains(internal), "{problem}");
        }
    }
}
