use cardkey_tests::api::{PASSWORD, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings};
use serde_json::json;

on_each_database! {
    // DEV-06
    async fn a_blacklisted_device_is_stopped_everywhere_until_it_is_lifted(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&codes[0], &device(1)).await;
        let verify = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let code_now = async || {
            let verified = server.api().post("/api/v1/card-keys/verify", &verify).send().await.ok().data();
            verified["code"].clone()
        };
        assert_eq!(code_now().await, json!("VALID"));
        let body = json!({ "kind": "device", "value": licence["device_id"], "reason": "shared with the world" });
        let entry = admin.api.post("/api/v1/blacklist", &body).send().await.ok().data();
        assert_eq!(code_now().await, json!("BLACKLISTED"));
        assert_eq!(lin.try_activate(&codes[1], &device(1)).await.problem()["status"], 403);
        let _ = lin.try_activate(&codes[1], &device(2)).await.ok();

        let path = format!("/api/v1/blacklist/{}", entry["id"].as_str().unwrap());
        let _ = admin.api.delete(&path).send().await.ok();
        assert_eq!(code_now().await, json!("VALID"));
        assert!(matches!(admin.api.delete(&path).send().await.status(), 404 | 409));
    }

    // DEV-06
    async fn a_blacklisted_account_neither_signs_in_nor_runs(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&code, &device(1)).await;
        let body = json!({ "kind": "account", "value": lin.id, "reason": "chargeback" });
        let _ = admin.api.post("/api/v1/blacklist", &body).send().await.ok();
        assert_eq!(server.api().try_login("lin", PASSWORD).await.problem()["status"], 403);
        let verify = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        assert_eq!(server.api().post("/api/v1/card-keys/verify", &verify).send().await.ok().data()["code"], "BLACKLISTED");
    }

    // DEV-06
    async fn a_blacklisted_network_is_stopped_wherever_it_calls(database: Database) {
        let server = Settings::default().set("TRUSTED_PROXIES", "127.0.0.1").start(database).await;
        let admin = server.api().admin().await;
        admin.create_user("lin", &["user"]).await;
        let body = json!({ "kind": "network", "value": "203.0.113.0/24", "reason": "a botnet" });
        let _ = admin.api.post("/api/v1/blacklist", &body).send().await.ok();
        let login = json!({ "username": "lin", "password": PASSWORD });
        let from = async |address: &str| {
            let call = server.api().post("/api/v1/auth/login", &login).header("x-forwarded-for", address);
            call.send().await.status()
        };
        assert_eq!(from("203.0.113.77").await, 403);
        assert_eq!(from("203.0.114.77").await, 200);
        assert_eq!(from("::ffff:203.0.113.77").await, 403);
        assert_eq!(from("203.0.113.77, 198.51.100.1").await, 200, "only the last hop before the proxy is believed");
    }

    // DEV-06, SEC-05
    async fn nonsense_cannot_be_blacklisted(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let cases = [
            json!({ "kind": "planet", "value": "earth", "reason": "x" }),
            json!({ "kind": "account", "value": "lin", "reason": "x" }),
            json!({ "kind": "network", "value": "999.1.1.1", "reason": "x" }),
            json!({ "kind": "network", "value": "10.0.0.0/33", "reason": "x" }),
            json!({ "kind": "component", "value": "abc", "reason": "x" }),
            json!({ "kind": "network", "value": "10.0.0.0/8", "reason": "" }),
            json!({ "kind": "network", "value": "10.0.0.0/8", "reason": "r".repeat(501) }),
            json!({ "kind": "network", "value": "10.0.0.0/8", "reason": "x", "until": "soon" }),
            json!({}),
        ];
        for body in cases {
            let _ = admin.api.post("/api/v1/blacklist", &body).send().await.refused(400, "validation.failed");
        }
        assert_eq!(admin.api.get("/api/v1/blacklist").send().await.ok().data()["total"], 0);
    }
}
