use cardkey_tests::api::{Token, device, dpop_proof};
use cardkey_tests::live::Knock;
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

on_each_database! {
    // WS-01, WS-02
    async fn a_client_is_greeted_with_where_the_log_stands(database: Database) {
        let server = Server::on(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let client = lin.api.live().await;
        assert_eq!((&client.hello()["seq"], &client.hello()["ping_seconds"]), (&json!(0), &json!(25)));
        let other = lin.api.live().await;
        assert_eq!(client.hello()["epoch"], other.hello()["epoch"]);
        assert_ne!(client.hello()["connection_id"], other.hello()["connection_id"]);
        let admin = server.api().admin().await;
        let health = admin.api.get("/health").send().await.ok().data();
        assert_eq!((&health["live"]["open"], &health["live"]["opened"]), (&json!(2), &json!(2)));
    }

    // WS-01
    async fn whoever_shows_nothing_good_is_refused_before_the_switch(database: Database) {
        let server = Server::on(database).await;
        let (api, admin) = (server.api(), server.api().admin().await);
        let lin = admin.customer("lin").await;
        let knock = || Knock::at(&api);
        let _ = knock().refusal().await.refused(401, "auth.required");
        let _ = knock().bearer("x.y.z").refusal().await.refused(401, "auth.token_invalid");
        let _ = knock().bearer(&lin.refresh_token).refusal().await.refused(401, "auth.token_invalid");
        let _ = knock().licence("x.y.z").refusal().await.refused(401, "auth.token_invalid");
        let _ = knock().ticket("").refusal().await.refused(401, "auth.required");
        let _ = knock().ticket(&"A".repeat(43)).refusal().await.refused(401, "live.ticket_invalid");
        let _ = lin.logout().await.ok();
        let _ = knock().bearer(lin.api.token()).refusal().await.refused(401, "auth.session_ended");

        let plain = admin.api.get("/api/v1/ws").send().await.refused(426, "live.upgrade_required");
        assert_eq!(plain.header("upgrade"), "websocket");
        let old = admin.api.get("/api/v1/ws").header("connection", "upgrade").header("upgrade", "websocket");
        let _ = old.header("sec-websocket-version", "12").send().await.refused(400, "live.handshake_invalid");
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "live.connect")]).send().await.ok().data();
        assert_eq!(rows["total"], 7, "each 401 leaves a row: {rows}");
    }

    // WS-01, AUTH-02
    async fn a_password_that_must_be_changed_comes_first(database: Database) {
        let server = Settings::default().without("INITIAL_ADMIN_PASSWORD").start(database).await;
        let admin = server.api().login("admin", "admin1314159").await;
        let refused = Knock::at(&admin.api).bearer(admin.api.token()).refusal().await;
        let _ = refused.refused(403, "auth.password_change_required");
    }

    // WS-01
    async fn pages_of_other_origins_are_refused(database: Database) {
        let server = Settings::default().set("PUBLIC_URL", "https://licence.example.com").start(database).await;
        let lin = server.api().admin().await.customer("lin").await;
        let knock = |origin: &str| Knock::at(&lin.api).bearer(lin.api.token()).header("origin", origin);
        for foreign in ["https://evil.example", "http://licence.example.com", "https://licence.example.com.evil.example", "null"] {
            let _ = knock(foreign).refusal().await.refused(403, "live.origin_refused");
        }
        let _own = knock("https://licence.example.com").open().await.greeted().await;
        let _desktop = lin.api.live().await;
    }

    // WS-01, DEV-06
    async fn a_licence_lets_its_program_in_as_long_as_it_is_good(database: Database) {
        let server = Server::on(database).await;
        let (api, admin) = (server.api(), server.api().admin().await);
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&codes[0], &device(1)).await;
        let other = lin.activate(&codes[1], &device(2)).await;
        let verdict = licence["verdict"].as_str().unwrap();
        let _client = Knock::at(&api).licence(verdict).open().await.greeted().await;
        let forged = Token::read(verdict).claim("sub", other["license_id"].clone()).as_signed();
        let _ = Knock::at(&api).licence(&forged).refusal().await.refused(401, "auth.token_invalid");

        let _ = admin.change_card_key(&codes[0], "disable", json!({})).await.ok();
        let refused = Knock::at(&api).licence(verdict).refusal().await.refused(403, "license.refused");
        assert_eq!(refused.problem()["verdict_code"], "DISABLED");
        let shut_out = json!({ "kind": "device", "value": other["device_id"], "reason": "shared" });
        let _ = admin.api.post("/api/v1/blacklist", &shut_out).send().await.ok();
        let refused = Knock::at(&api).licence(other["verdict"].as_str().unwrap()).refusal().await;
        let _ = refused.refused(403, "blacklist.blocked");
    }

    // WS-01, DEV-08
    async fn a_device_with_a_key_proves_that_it_has_it(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let key = cardkey_crypto::SigningKey::from_seed(&cardkey_domain::Secret::new([7; 32]));
        let public = cardkey_crypto::base64url(key.public_key().as_bytes());
        let body = json!({ "card_key": code, "device_info": device(1), "device_public_key": public });
        let licence = lin.api.post("/api/v1/card-keys/activate", &body).send().await.ok().data();
        let verdict = licence["verdict"].as_str().unwrap();
        let knock = Knock::at(&lin.api).licence(verdict);
        let refused = knock.clone().refusal().await.refused(403, "license.refused");
        assert_eq!(refused.problem()["verdict_code"], "PROOF_REQUIRED");
        let url = format!("http://127.0.0.1:{}/api/v1/ws", server.port());
        let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
        let proof = Token::read(&dpop_proof(&key, "one", &url, now, verdict)).claim("htm", "GET").signed_by(&key);
        let _client = knock.clone().header("dpop", &proof).open().await.greeted().await;
        let again = knock.header("dpop", &proof).refusal().await.refused(403, "license.refused");
        assert_eq!(again.problem()["verdict_code"], "PROOF_INVALID");
    }

    // WS-01, DEV-06
    async fn a_blacklisted_account_is_not_let_in(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let body = json!({ "kind": "account", "value": lin.id, "reason": "chargeback" });
        let _ = admin.api.post("/api/v1/blacklist", &body).send().await.ok();
        let refused = Knock::at(&lin.api).bearer(lin.api.token()).refusal().await;
        assert_eq!(refused.problem()["status"], 403);
    }
}
