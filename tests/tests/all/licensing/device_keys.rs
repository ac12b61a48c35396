use cardkey_crypto::{SigningKey, base64url};
use cardkey_domain::SeededEntropy;
use cardkey_tests::api::{Token, device, dpop_proof};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // DEV-08
    async fn a_copied_licence_is_useless_without_the_devices_key(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let key = SigningKey::generate(&SeededEntropy::new(1));
        let thief = SigningKey::generate(&SeededEntropy::new(2));
        let public = base64url(key.public_key().as_bytes());
        let body = json!({ "card_key": code, "device_info": device(1), "device_public_key": public });
        let activated = lin.api.post("/api/v1/card-keys/activate", &body).send().await.ok().data();
        let verdict = activated["verdict"].as_str().unwrap();
        let claims = Token::read(verdict).claims;
        assert!(claims["cnf"]["jkt"].is_string(), "{claims}");

        let now = claims["iat"].as_i64().unwrap();
        let base = format!("http://127.0.0.1:{}", server.port());
        let url = format!("{base}/api/v1/card-keys/verify");
        let body = json!({ "license": verdict, "device_info": device(1), "nonce": "0123456789abcdef" });
        let ask = async |proof: Option<String>| {
            let call = server.api().post("/api/v1/card-keys/verify", &body);
            let call = match proof {
                Some(proof) => call.header("dpop", &proof),
                None => call,
            };
            call.send().await.ok().data()["code"].as_str().unwrap().to_owned()
        };
        let proof = |key: &SigningKey, jti: &str| dpop_proof(key, jti, &url, now, verdict);
        let elsewhere = format!("{base}/api/v1/elsewhere");
        assert_eq!(ask(None).await, "PROOF_REQUIRED");
        assert_eq!(ask(Some("nonsense".to_owned())).await, "PROOF_INVALID");
        assert_eq!(ask(Some(proof(&thief, "1"))).await, "PROOF_INVALID", "of another key");
        assert_eq!(ask(Some(dpop_proof(&key, "2", &elsewhere, now, verdict))).await, "PROOF_INVALID", "for another call");
        assert_eq!(ask(Some(dpop_proof(&key, "3", &url, now - 3_600, verdict))).await, "PROOF_INVALID", "old");
        assert_eq!(ask(Some(dpop_proof(&key, "4", &url, now, "another"))).await, "PROOF_INVALID", "over another licence");
        assert_eq!(ask(Some(proof(&key, "5"))).await, "VALID");
        assert_eq!(ask(Some(proof(&key, "5"))).await, "PROOF_INVALID", "a second time");
        assert_eq!(ask(Some(proof(&key, "6"))).await, "VALID");
    }

    // DEV-08, SEC-05
    async fn a_device_key_that_is_none_is_refused(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        for key in [json!("short"), json!(""), json!("!".repeat(43)), json!("A".repeat(44)), json!(7)] {
            let body = json!({ "card_key": code, "device_info": device(1), "device_public_key": key });
            let reply = admin.api.post("/api/v1/card-keys/activate", &body).send().await.refused(400, "validation.failed");
            assert_eq!(reply.faulty_fields(), ["device_public_key"], "{key}");
        }
    }
}
