use cardkey_tests::api::{PASSWORD, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

const FRAGMENTS: [&str; 10] = [
    "'; DROP TABLE users; --",
    "\" OR \"\"=\"",
    "1' OR '1'='1",
    "%' OR name LIKE '%",
    "\\'; SELECT pg_sleep(10); --",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{7*7}}${7*7}<%= 7*7 %>",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd\u{202E}😀",
];

on_each_database! {
    /// What looks like a program is a text: it is kept as it is and comes back as it is, or it is refused; nothing else happens.
    // SEC-05
    async fn fragments_of_programs_are_only_texts(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        for (number, fragment) in FRAGMENTS.into_iter().enumerate() {
            let body = json!({ "name": fragment, "description": fragment, "contact": fragment });
            let made = admin.api.post("/api/v1/apps", &body).send().await.ok().data();
            let read = admin.api.get(&format!("/api/v1/apps/{}", made["id"].as_str().unwrap())).send().await.ok();
            for field in ["name", "description", "contact"] {
                assert_eq!(read.data()[field], fragment, "{field}");
            }
            assert!(read.header("content-type").starts_with("application/json"));
            assert_eq!(search(&admin.api, "/api/v1/apps", fragment).await["total"], 1);

            let batch = admin.order(&app).with("name", fragment).with("note", fragment).place().await;
            let read = admin.api.get(&format!("/api/v1/card-keys/batches/{}", batch.id)).send().await.ok().data();
            assert_eq!((&read["name"], &read["note"]), (&json!(fragment), &json!(fragment)));
            let mut machine = device(number);
            machine["name"] = json!(fragment);
            machine["os"] = json!(fragment);
            let activated = admin.activate(&batch.codes[0], &machine).await;
            let shown = admin.api.get(&format!("/api/v1/devices/{}", activated["device_id"].as_str().unwrap())).send().await.ok().data();
            assert_eq!((&shown["name"], &shown["os"]), (&json!(fragment), &json!(fragment)));

            let entry = json!({ "kind": "network", "value": format!("10.0.0.{number}"), "reason": fragment });
            assert_eq!(admin.api.post("/api/v1/blacklist", &entry).send().await.ok().data()["reason"], fragment);
            for path in ["/api/v1/users", "/api/v1/card-keys", "/api/v1/audit-logs"] {
                let _ = search(&admin.api, path, fragment).await;
            }
            let user = json!({ "username": fragment, "email": fragment, "password": PASSWORD, "roles": [fragment] });
            let _ = admin.api.post("/api/v1/users", &user).send().await.refused(400, "validation.failed");
            assert_eq!(server.api().try_login(fragment, fragment).await.problem()["status"].as_u64().map(|s| s / 100), Some(4));
            for name in ["user_id", "action", "target", "level", "status", "ip", "from", "to", "cursor"] {
                let reply = admin.api.get("/api/v1/audit-logs").query(&[(name, fragment)]).send().await;
                assert!(reply.status() == 200 || reply.problem()["status"] == 400, "{name}={fragment}: {}", reply.text());
            }
        }
        let users = admin.api.get("/api/v1/users").send().await.ok().data();
        assert_eq!(users["total"], 1);
    }
}

async fn search(api: &cardkey_tests::api::Api, path: &str, text: &str) -> Value {
    api.get(path).query(&[("q", text)]).send().await.ok().data()
}
