use cardkey_tests::api::PASSWORD;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // AUTH-01, AUTH-11, TOK-01
    async fn signing_in_gives_tokens_an_account_and_a_session(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        admin.create_user("Lin.Wei", &["user"]).await;

        for name in ["Lin.Wei", "lin.wei", "  LIN.WEI ", "lin.wei@example.org", "LIN.WEI@EXAMPLE.ORG"] {
            let reply = server.api().try_login(name, PASSWORD).await.ok();
            let body = reply.json();
            assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(7200)), "{name}");
            let user = &body["data"]["user"];
            assert_eq!((&user["username"], &user["email"]), (&json!("Lin.Wei"), &json!("Lin.Wei@example.org")));
            assert_eq!((&user["must_change_password"], &user["roles"]), (&json!(false), &json!(["user"])));

            let lin = server.api().person(&reply);
            let session = lin.check_session().await.ok().data();
            assert_eq!(session["valid"], true);
            assert_eq!(session["user"]["id"], lin.id.as_str());
            assert_eq!(session["session"]["id"], lin.session_id.as_str());
            assert!(session["expires_at"].is_string());
            assert!(!reply.text().contains("password_hash") && !reply.text().contains("$2"), "no hash leaves the server");
        }
    }

    // AUTH-01, AUTH-06
    async fn a_wrong_password_and_an_unknown_name_are_answered_alike(database: Database) {
        let server = Server::on(database).await;
        server.api().admin().await.create_user("lin", &["user"]).await;
        let wrong = server.api().try_login("lin", "Wrong-1-password").await.refused(401, "auth.invalid_credentials");
        let unknown = server.api().try_login("nobody", "Wrong-1-password").await.refused(401, "auth.invalid_credentials");
        let without_id = |reply: &cardkey_tests::api::Reply| {
            let mut document = reply.problem();
            document["request_id"].take();
            document
        };
        assert_eq!(without_id(&wrong), without_id(&unknown));
        for nonsense in ["", "a", "@", "x@y", &"n".repeat(100), "'; DROP TABLE users; --", "😀😀😀"] {
            let status = server.api().try_login(nonsense, "Wrong-1-password").await.problem()["status"].clone();
            assert!(status == 400 || status == 401, "{nonsense:?}: {status}");
        }
    }

    // AUTH-01, SEC-05
    async fn an_incomplete_sign_in_names_the_fields(database: Database) {
        let server = Server::on(database).await;
        let cases = [
            (json!({}), vec!["username"]),
            (json!({ "username": "lin" }), vec!["password"]),
            (json!({ "username": 7, "password": "x" }), vec!["username"]),
            (json!({ "username": "lin", "password": null }), vec!["password"]),
            (json!({ "username": "lin", "password": ["x"] }), vec!["password"]),
            (json!({ "username": "lin", "password": "x", "device": "desktop" }), vec!["device"]),
            (json!({ "username": "lin", "password": "x", "device": { "id": "i".repeat(10_000) } }), vec!["device.id"]),
        ];
        for (body, fields) in cases {
            let reply = server.api().post("/api/v1/auth/login", &body).send().await.refused(400, "validation.failed");
            assert_eq!(reply.faulty_fields(), fields, "{body}");
        }
    }

    // OPS-15
    async fn the_old_address_of_signing_in_is_the_same_address(database: Database) {
        let server = Server::on(database).await;
        let body = json!({ "username": "admin", "password": cardkey_tests::server::ADMIN_PASSWORD });
        let reply = server.api().post("/api/auth/login", &body).send().await.ok();
        let admin = server.api().person(&reply);
        let session = admin.api.get("/api/auth/check-session").send().await.ok().data();
        assert_eq!(session["valid"], true);
    }
}
