use cardkey_tests::api::PASSWORD;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // AUTH-12, TOK-05
    async fn signing_out_kills_the_tokens_at_once_and_for_good(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let elsewhere = server.api().login("lin", PASSWORD).await;
        let _ = lin.check_session().await.ok();

        let _ = lin.logout().await.ok();
        assert_eq!(lin.check_session().await.status(), 401);
        assert_eq!(lin.refresh().await.status(), 401);
        assert_eq!(lin.logout().await.status(), 401);
        let _ = elsewhere.check_session().await.ok();

        // What the process remembered is gone after a crash; what the database says is not.
        server.kill().await;
        server.start_again().await;
        let again = server.api().bearing(lin.api.token()).get("/api/v1/auth/check-session").send().await;
        assert_eq!(again.status(), 401);
        let body = json!({ "refresh_token": lin.refresh_token });
        assert_eq!(server.api().post("/api/v1/auth/refresh", &body).send().await.status(), 401);
        let _ = server.api().bearing(elsewhere.api.token()).get("/api/v1/auth/check-session").send().await.ok();
    }

    // AUTH-12
    async fn signing_out_everywhere_ends_every_session(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let elsewhere = server.api().login("lin", PASSWORD).await;
        let _ = lin.api.post("/api/v1/auth/logout", &json!({ "all_devices": true })).send().await.ok();
        for person in [&lin, &elsewhere] {
            assert_eq!(person.check_session().await.status(), 401);
            assert_eq!(person.refresh().await.status(), 401);
        }
        let _ = admin.check_session().await.ok();
        let _ = server.api().login("lin", PASSWORD).await;
    }
}
