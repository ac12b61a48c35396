use cardkey_tests::api::{App, Person, Token, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

on_each_database! {
    // CARD-08, LIC-01, LIC-04
    async fn a_verdict_answers_the_question_that_was_asked(database: Database) {
        let (server, _, _, licence, _) = a_licence(database).await;
        let checked = verify(&server, &licence, 1, "nonce-1-0123456789", json!(null)).await;
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(true), &json!("VALID")));
        let first = Token::read(checked["verdict"].as_str().unwrap());
        assert_eq!(first.claims["nonce"], "nonce-1-0123456789");
        assert_eq!(first.claims["exp"], first.claims["lease_until"]);
        let checked = verify(&server, &licence, 1, "nonce-2-0123456789", json!(null)).await;
        assert_eq!(Token::read(checked["verdict"].as_str().unwrap()).claims["nonce"], "nonce-2-0123456789");

        // A verdict that says no is signed too, and nobody can lean on it for long.
        let mismatch = verify(&server, &licence, 2, "nonce-3-0123456789", json!(null)).await;
        assert_eq!((&mismatch["valid"], &mismatch["code"]), (&json!(false), &json!("DEVICE_MISMATCH")));
        let no = Token::read(mismatch["verdict"].as_str().unwrap());
        assert_eq!((&no.claims["valid"], &no.claims["code"]), (&json!(false), &json!("DEVICE_MISMATCH")));
        let lifetime = no.claims["exp"].as_i64().unwrap() - no.claims["iat"].as_i64().unwrap();
        assert!(lifetime <= 300, "{lifetime}");
    }

    // CARD-08
    async fn every_reason_has_its_code_and_is_felt_at_once(database: Database) {
        let (server, admin, app, licence, code) = a_licence(database).await;
        let ask = async |version| verify(&server, &licence, 1, "0123456789abcdef", version).await["code"].as_str().unwrap().to_owned();
        let change = async |change: &str| admin.change_card_key(&code, change, json!({})).await.ok();
        let app_path = format!("/api/v1/apps/{}", app.id);
        let patch = async |path: &str, body| admin.api.patch(path, &body).send().await.ok();
        assert_eq!(ask(json!(null)).await, "VALID");

        let _ = change("disable").await;
        assert_eq!(ask(json!(null)).await, "DISABLED");
        let _ = change("enable").await;
        assert_eq!(ask(json!(null)).await, "VALID");

        let _ = patch(&app_path, json!({ "policy": { "minimum_version": "2.0.0" } })).await;
        assert_eq!(ask(json!("1.9.9")).await, "VERSION_TOO_OLD");
        assert_eq!(ask(json!(null)).await, "VERSION_TOO_OLD");
        assert_eq!(ask(json!("2.0.0-rc.1")).await, "VERSION_TOO_OLD");
        assert_eq!(ask(json!("2.0.0")).await, "VALID");

        let _ = patch(&app_path, json!({ "status": "disabled" })).await;
        assert_eq!(ask(json!("2.0.0")).await, "APP_DISABLED");
        let _ = patch(&app_path, json!({ "status": "active" })).await;

        let users = admin.api.get("/api/v1/users").query(&[("q", "lin")]).send().await.ok().data();
        let user_path = format!("/api/v1/users/{}", users["items"][0]["id"].as_str().unwrap());
        let _ = patch(&user_path, json!({ "status": "disabled" })).await;
        assert_eq!(ask(json!("2.0.0")).await, "USER_DISABLED");
        let _ = patch(&user_path, json!({ "status": "active" })).await;
        assert_eq!(ask(json!("2.0.0")).await, "VALID");

        let id = admin.find_card_key(&code).await["id"].as_str().unwrap().to_owned();
        let _ = admin.api.delete(&format!("/api/v1/card-keys/{id}")).send().await.ok();
        assert_eq!(ask(json!("2.0.0")).await, "DELETED");
        let _ = admin.api.post(&format!("/api/v1/card-keys/{id}/restore"), &json!({})).send().await.ok();
        assert_eq!(ask(json!("2.0.0")).await, "VALID");
    }

    // CARD-05, LIC-06
    async fn a_metered_licence_is_counted_down_exactly(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let metered = json!({ "type": "metered", "uses": 5 });
        let code = admin.order(&app).with("validity", metered).place().await.codes.remove(0);
        let licence = admin.customer("lin").await.activate(&code, &device(1)).await;
        let body = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let api = server.api();
        let asks = (0..20).map(|_| {
            let (api, body) = (api.clone(), body.clone());
            tokio::spawn(async move { api.post("/api/v1/card-keys/verify", &body).send().await.ok().data()["code"].clone() })
        });
        let mut codes = Vec::new();
        for ask in asks.collect::<Vec<_>>() {
            codes.push(ask.await.unwrap());
        }
        assert_eq!(codes.iter().filter(|code| *code == "VALID").count(), 5, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "QUOTA_EXHAUSTED").count(), 15, "{codes:?}");
    }

    // CARD-08, SEC-05
    async fn a_question_that_makes_no_sense_is_refused(database: Database) {
        let (server, _, _, licence, _) = a_licence(database).await;
        let nonce = "0123456789abcdef";
        let verdict = &licence["verdict"];
        let cases = [
            (json!({}), "license"),
            (json!({ "license": verdict, "nonce": nonce }), "device_info"),
            (json!({ "license": verdict, "device_info": device(1) }), "nonce"),
            (json!({ "license": verdict, "device_info": device(1), "nonce": "" }), "nonce"),
            (json!({ "license": verdict, "device_info": device(1), "nonce": "n".repeat(10_000) }), "nonce"),
            (json!({ "license": verdict, "device_info": device(1), "nonce": nonce, "version": "two" }), "version"),
            (json!({ "license": verdict, "device_info": "x", "nonce": nonce }), "device_info"),
            (json!({ "license": 5, "device_info": device(1), "nonce": nonce }), "license"),
        ];
        for (body, field) in cases {
            let reply = server.api().post("/api/v1/card-keys/verify", &body).send().await.refused(400, "validation.failed");
            assert!(reply.faulty_fields().iter().any(|name| name.starts_with(field)), "{body}: {}", reply.text());
        }
    }
}

/// A server, its administrator, an app, Lin's licence on machine 1, and the card key it came from.
async fn a_licence(database: cardkey_tests::Database) -> (Server, Person, App, Value, String) {
    let server = Server::on(database).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let code = admin.card_key(&app).await;
    let licence = admin.customer("lin").await.activate(&code, &device(1)).await;
    (server, admin, app, licence, code)
}

async fn verify(server: &Server, licence: &Value, machine: usize, nonce: &str, version: Value) -> Value {
    let body =
        json!({ "license": licence["verdict"], "device_info": device(machine), "nonce": nonce, "version": version });
    server.api().post("/api/v1/card-keys/verify", &body).send().await.ok().data()
}
