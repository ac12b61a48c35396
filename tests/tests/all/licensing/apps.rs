use cardkey_tests::api::{Token, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // APP-01
    async fn an_app_is_registered_found_and_changed(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let policy = json!({ "lease_hours": 24, "max_devices": 3, "minimum_version": "2.1.0", "entitlements": ["pro", "export:pdf"] });
        let body = json!({ "name": "画图 Paint 😀", "description": "Draws", "contact": "support@example.org", "policy": policy });
        let reply = admin.api.post("/api/v1/apps", &body).send().await.ok();
        assert_eq!(reply.status(), 201);
        let app = reply.data();
        let path = format!("/api/v1/apps/{}", app["id"].as_str().unwrap());
        let read = admin.api.get(&path).send().await.ok().data();
        for field in ["name", "description", "contact"] {
            assert_eq!(read[field], body[field], "{field}");
        }
        for field in ["lease_hours", "max_devices", "minimum_version", "entitlements"] {
            assert_eq!(read["policy"][field], policy[field], "{field}");
        }
        let list = admin.api.get("/api/v1/apps").query(&[("q", "画图")]).send().await.ok().data();
        assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &app["id"]));

        let changed = admin.api.patch(&path, &json!({ "name": "Draw", "policy": { "max_devices": 5 } })).send().await.ok().data();
        assert_eq!((&changed["name"], &changed["policy"]["max_devices"]), (&json!("Draw"), &json!(5)));
        assert_eq!(changed["policy"]["lease_hours"], 24, "what is not named stays");
        assert_eq!(admin.api.get("/api/v1/apps/0192f0c0-0000-7000-8000-000000000000").send().await.problem()["status"], 404);
        assert_eq!(admin.api.get("/api/v1/apps/paint").send().await.problem()["status"], 400);
    }

    // APP-01, SEC-05
    async fn a_rule_out_of_range_is_named(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let cases = [
            (json!({ "name": "" }), "name"),
            (json!({ "name": "n".repeat(101) }), "name"),
            (json!({ "name": "a\u{7}b" }), "name"),
            (json!({ "name": "Paint", "description": "d".repeat(2_001) }), "description"),
            (json!({ "name": "Paint", "policy": { "lease_hours": 0 } }), "policy.lease_hours"),
            (json!({ "name": "Paint", "policy": { "lease_hours": 8_761 } }), "policy.lease_hours"),
            (json!({ "name": "Paint", "policy": { "lease_hours": -1 } }), "policy.lease_hours"),
            (json!({ "name": "Paint", "policy": { "max_devices": 0 } }), "policy.max_devices"),
            (json!({ "name": "Paint", "policy": { "max_devices": 1e30 } }), "policy.max_devices"),
            (json!({ "name": "Paint", "policy": { "minimum_version": "two" } }), "policy.minimum_version"),
            (json!({ "name": "Paint", "policy": { "device_matching": "psychic" } }), "policy.device_matching"),
            (json!({ "name": "Paint", "policy": { "entitlements": ["a b"] } }), "policy.entitlements"),
        ];
        for (body, field) in cases {
            let reply = admin.api.post("/api/v1/apps", &body).send().await.refused(400, "validation.failed");
            let fields = reply.faulty_fields();
            assert!(fields.len() == 1 && fields[0].starts_with(field), "{body}: {fields:?}");
        }
        let list = admin.api.get("/api/v1/apps").send().await.ok().data();
        assert_eq!(list["total"], 0);
    }

    // APP-07
    async fn an_app_has_keys_of_its_own_that_rotate(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (paint, draw) = (admin.app("Paint").await, admin.app("Draw").await);
        let code = admin.card_key(&paint).await;
        let lin = admin.customer("lin").await;
        let verdict = lin.activate(&code, &device(1)).await["verdict"].as_str().unwrap().to_owned();

        let kids = async |app: &str| {
            let keys = server.api().get(&format!("/api/v1/apps/{app}/keys")).send().await.ok().json();
            let kid = |key: &serde_json::Value| key["kid"].as_str().unwrap().to_owned();
            keys["keys"].as_array().unwrap().iter().map(kid).collect::<Vec<_>>()
        };
        let before = kids(&paint.id).await;
        assert!(before.len() >= 2, "a spare is published ahead: {before:?}");
        assert!(kids(&draw.id).await.iter().all(|kid| !before.contains(kid)));
        let first = Token::read(&verdict).header["kid"].as_str().unwrap().to_owned();
        assert!(before.contains(&first));

        let _ = admin.api.post(&format!("/api/v1/apps/{}/keys/rotate", paint.id), &json!({})).send().await.ok();
        let body = json!({ "license": verdict, "device_info": device(1), "nonce": "0123456789abcdef" });
        let checked = server.api().post("/api/v1/card-keys/verify", &body).send().await.ok().data();
        assert_eq!(checked["code"], "VALID", "what the old key signed is still good");
        let second = Token::read(checked["verdict"].as_str().unwrap()).header["kid"].as_str().unwrap().to_owned();
        assert!(second != first && before.contains(&second), "the spare signs now");
        let after = kids(&paint.id).await;
        assert!(after.contains(&first) && after.contains(&second) && after.len() > before.len(), "{after:?}");
    }
}
