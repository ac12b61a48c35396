use cardkey_tests::api::{Api, Token};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::{Value, json};

on_each_database! {
    // TOK-02
    async fn keys_rotate_without_signing_anybody_out(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let before = published(&server.api()).await;
        let kid = |token: &str| Token::read(token).header["kid"].as_str().unwrap().to_owned();
        assert!(before.len() >= 2, "the next key is published ahead of its time: {before:?}");
        assert!(before.contains(&kid(lin.api.token())));

        let _ = admin.api.post("/api/v1/signing-keys/rotate", &json!({})).send().await.ok();
        let _ = lin.check_session().await.ok();
        let fresh = lin.api.person(&lin.refresh().await.ok());
        assert_ne!(kid(fresh.api.token()), kid(lin.api.token()));
        assert!(before.contains(&kid(fresh.api.token())), "it was published before it signed");
        let after = published(&server.api()).await;
        assert!(after.contains(&kid(lin.api.token())) && after.contains(&kid(fresh.api.token())), "{after:?}");

        server.kill().await;
        server.start_again().await;
        for person in [&lin, &fresh] {
            let _ = server.api().bearing(person.api.token()).get("/api/v1/auth/check-session").send().await.ok();
        }
    }

    // TOK-02
    async fn the_published_keys_hold_no_secret(database: Database) {
        let server = Server::on(database).await;
        let reply = server.api().get("/.well-known/jwks.json").send().await.ok();
        let keys = reply.json()["keys"].as_array().cloned().unwrap();
        for key in keys {
            assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA")));
            assert!(key["x"].is_string() && key["kid"].is_string());
            assert_eq!(key.get("d"), None, "a private half");
        }
    }

    // TOK-02
    async fn hs256_is_a_setting(database: Database) {
        let secret = "a-secret-of-more-than-thirty-two-characters";
        let settings = Settings::default().set("JWT_ALGORITHM", "HS256").set("JWT_SECRET_KEY", secret);
        let server = settings.start(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        assert_eq!(Token::read(lin.api.token()).header["alg"], "HS256");
        let _ = lin.check_session().await.ok();
        let _ = lin.refresh().await.ok();
        let altered = Token::read(lin.api.token()).claim("exp", 4_102_444_800_i64).as_signed();
        let reply = server.api().bearing(&altered).get("/api/v1/auth/check-session").send().await;
        assert_eq!(reply.problem()["status"], 401);
    }
}

async fn published(api: &Api) -> Vec<String> {
    let keys: Value = api.get("/.well-known/jwks.json").send().await.ok().json();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}
