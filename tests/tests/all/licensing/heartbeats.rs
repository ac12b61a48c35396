use std::time::Duration;

use cardkey_crypto::{SigningKey, base64url};
use cardkey_domain::SeededEntropy;
use cardkey_tests::api::{App, Person, Token, device, dpop_proof};
use cardkey_tests::server::Server;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/devices/heartbeat";
const NONCE: &str = "0123456789abcdef";

on_each_database! {
    // DEV-04, LIC-01
    async fn a_heartbeat_is_answered_by_a_fresh_verdict(database: Database) {
        let (server, admin, app, licence, _) = a_licence(database).await;
        let heard = beat(&server, &licence).await;
        assert_eq!((&heard["valid"], &heard["code"], &heard["next_heartbeat_seconds"]), (&json!(true), &json!("VALID"), &json!(300)));
        let verdict = Token::read(heard["verdict"].as_str().unwrap());
        assert_eq!((&verdict.claims["nonce"], &verdict.claims["valid"]), (&json!(NONCE), &json!(true)));
        assert_eq!(verdict.claims["device"], licence["device_id"]);
        assert!(heard["server_time"].as_str().unwrap().ends_with('Z'));
        // The new verdict is as good as the first, and how often is the app's to say.
        let patch = json!({ "policy": { "heartbeat_seconds": 60 } });
        let _ = admin.api.patch(&format!("/api/v1/apps/{}", app.id), &patch).send().await.ok();
        let heard = beat(&server, &heard).await;
        assert_eq!((&heard["code"], &heard["next_heartbeat_seconds"]), (&json!("VALID"), &json!(60)));
        for seconds in [0, 29, 301] {
            let patch = json!({ "policy": { "heartbeat_seconds": seconds } });
            let reply = admin.api.patch(&format!("/api/v1/apps/{}", app.id), &patch).send().await;
            assert_eq!(reply.refused(400, "validation.failed").faulty_fields(), ["policy.heartbeat_seconds"]);
        }
    }

    // DEV-03, DEV-04
    async fn what_a_heartbeat_says_is_shown_with_the_device(database: Database) {
        let (server, admin, _, licence, _) = a_licence(database).await;
        let path = format!("/api/v1/devices/{}", licence["device_id"].as_str().unwrap());
        let before = admin.api.get(&path).send().await.ok().data();
        assert_eq!(before["status"], json!(null));
        let said = async |status: &str| {
            let body = json!({ "license": licence["verdict"], "nonce": NONCE, "status": status });
            let heard = server.api().post(PATH, &body).send().await.ok().data();
            until("the sighting to be written down", Duration::from_secs(20), async || {
                let shown = admin.api.get(&path).send().await.ok().data();
                let seen = shown["last_seen_at"].as_str() >= heard["server_time"].as_str();
                seen.then_some(shown["status"].clone())
            })
            .await
        };
        assert_eq!(said("正在编辑 🖌").await, "正在编辑 🖌");
        assert_eq!(said("").await, "正在编辑 🖌", "saying nothing takes nothing back");
        assert_eq!(said("idle").await, "idle");
    }

    // DEV-04, DEV-05, DEV-06
    async fn every_reason_has_its_code_and_is_felt_at_once(database: Database) {
        let (server, admin, app, licence, code) = a_licence(database).await;
        let ask = async || beat(&server, &licence).await["code"].as_str().unwrap().to_owned();
        let change = async |change: &str| admin.change_card_key(&code, change, json!({})).await.ok();
        assert_eq!(ask().await, "VALID");
        let _ = change("disable").await;
        assert_eq!(ask().await, "DISABLED");
        let _ = change("enable").await;

        let app_path = format!("/api/v1/apps/{}", app.id);
        let _ = admin.api.patch(&app_path, &json!({ "status": "disabled" })).send().await.ok();
        assert_eq!(ask().await, "APP_DISABLED");
        let _ = admin.api.patch(&app_path, &json!({ "status": "active" })).send().await.ok();

        let shown = admin.api.get(&format!("/api/v1/devices/{}", licence["device_id"].as_str().unwrap())).send().await;
        let component = &shown.ok().data()["components"][0];
        let by_component = json!({ "kind": "component", "value": component["hash"], "reason": "cracked" });
        let by_device = json!({ "kind": "device", "value": licence["device_id"], "reason": "stolen" });
        for entry in [by_device, by_component] {
            let reply = admin.api.post("/api/v1/blacklist", &entry).send().await.ok().data();
            assert_eq!(ask().await, "BLACKLISTED", "{entry}");
            let _ = admin.api.delete(&format!("/api/v1/blacklist/{}", reply["id"].as_str().unwrap())).send().await.ok();
            assert_eq!(ask().await, "VALID");
        }
        let _ = change("unbind").await;
        assert_eq!(ask().await, "DEVICE_UNBOUND");
        let refused = beat(&server, &licence).await;
        let claims = Token::read(refused["verdict"].as_str().unwrap()).claims;
        assert_eq!((&claims["valid"], &claims["code"]), (&json!(false), &json!("DEVICE_UNBOUND")));
    }

    // DEV-08
    async fn a_device_with_a_key_proves_it_with_each_heartbeat(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let code = admin.card_key(&admin.app("Paint").await).await;
        let lin = admin.customer("lin").await;
        let key = SigningKey::generate(&SeededEntropy::new(1));
        let public = base64url(key.public_key().as_bytes());
        let body = json!({ "card_key": code, "device_info": device(1), "device_public_key": public });
        let licence = lin.api.post("/api/v1/card-keys/activate", &body).send().await.ok().data();
        let verdict = licence["verdict"].as_str().unwrap();
        let now = Token::read(verdict).claims["iat"].as_i64().unwrap();
        let url = |path: &str| format!("http://127.0.0.1:{}{path}", server.port());
        let proof = |jti: &str, path: &str| dpop_proof(&key, jti, &url(path), now, verdict);
        let ask = async |proof: Option<String>| {
            let call = server.api().post(PATH, &json!({ "license": verdict, "nonce": NONCE }));
            let call = if let Some(proof) = proof { call.header("dpop", &proof) } else { call };
            call.send().await.ok().data()["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(ask(None).await, "PROOF_REQUIRED");
        assert_eq!(ask(Some(proof("1", "/api/v1/card-keys/verify"))).await, "PROOF_INVALID", "for another call");
        assert_eq!(ask(Some(proof("2", PATH))).await, "VALID");
        assert_eq!(ask(Some(proof("2", PATH))).await, "PROOF_INVALID", "a second time");
    }

    // SEC-05, LIC-01
    async fn a_heartbeat_that_makes_no_sense_is_refused(database: Database) {
        let (server, _, _, licence, _) = a_licence(database).await;
        let verdict = licence["verdict"].as_str().unwrap();
        let cases = [
            (json!({}), "license"),
            (json!({ "license": verdict }), "nonce"),
            (json!({ "license": verdict, "nonce": "" }), "nonce"),
            (json!({ "license": verdict, "nonce": "n".repeat(10_000) }), "nonce"),
            (json!({ "license": verdict, "nonce": NONCE, "status": "s".repeat(65) }), "status"),
            (json!({ "license": verdict, "nonce": NONCE, "status": "\u{7}" }), "status"),
            (json!({ "license": verdict, "nonce": NONCE, "status": ["s"] }), "status"),
            (json!({ "license": 5, "nonce": NONCE }), "license"),
        ];
        for (body, field) in cases {
            let reply = server.api().post(PATH, &body).send().await.refused(400, "validation.failed");
            assert!(reply.faulty_fields().iter().any(|name| name.starts_with(field)), "{body}: {}", reply.text());
        }
        let altered = verdict.replacen("eyJ", "eyK", 1);
        for forged in ["", "x", "a.b.c", altered.as_str(), lin_token(&server).await.as_str()] {
            let body = json!({ "license": forged, "nonce": NONCE });
            let _ = server.api().post(PATH, &body).send().await.refused(400, "verdict.invalid");
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

async fn beat(server: &Server, licence: &Value) -> Value {
    let body = json!({ "license": licence["verdict"], "nonce": NONCE });
    server.api().post(PATH, &body).send().await.ok().data()
}

/// A token that is genuine and no verdict.
async fn lin_token(server: &Server) -> String {
    server.api().admin().await.api.token().to_owned()
}
