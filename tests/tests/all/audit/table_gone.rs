use cardkey_tests::api::{Api, Call, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use reqwest::Method;
use serde_json::{Value, json};

on_each_database! {
    /// Identity, licensing, announcements and the audit log itself each write through a unit of work of their own.
    // AUD-01
    async fn a_change_whose_row_cannot_be_written_does_not_happen(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let activated = lin.activate(&codes[0], &device(1)).await;
        let card_key = admin.find_card_key(&codes[0]).await["id"].as_str().unwrap().to_owned();
        let before = state(&admin.api).await;
        let (token, of_lin) = (admin.api.token().to_owned(), lin.api.token().to_owned());

        server.terminate().await;
        server.execute("ALTER TABLE audit_logs RENAME TO audit_logs_away");
        server.start_again().await;
        let (admin, lin) = (server.api().bearing(&token), server.api().bearing(&of_lin));
        let user = json!({ "username": "wang", "email": "wang@example.org", "password": "Customer-1-password", "roles": ["user"] });
        let batch = json!({ "app_id": app.id, "count": 3, "validity": { "type": "permanent" } });
        let redeem = json!({ "card_key": codes[1], "device_info": device(2) });
        let of_app = format!("/api/v1/apps/{}", app.id);
        let of_key = |change: &str| format!("/api/v1/card-keys/{card_key}/{change}");
        let news = json!({ "type": "system", "title": "News", "content": "x", "priority": "low", "audience": { "kind": "all" } });
        let ban = json!({ "kind": "network", "value": "203.0.113.9", "reason": "x" });
        let changes: Vec<(&str, Call)> = vec![
            ("sign in", server.api().post("/api/v1/auth/login", &json!({ "username": "lin", "password": cardkey_tests::api::PASSWORD }))),
            ("create a user", admin.post("/api/v1/users", &user)),
            ("change the own password", lin.post("/api/v1/auth/password/change", &json!({ "old_password": cardkey_tests::api::PASSWORD, "new_password": "Another-1-password" }))),
            ("make a role", admin.post("/api/v1/roles", &json!({ "name": "seller", "permissions": ["apps:read"] }))),
            ("rotate keys", admin.call(Method::POST, "/api/v1/signing-keys/rotate")),
            ("sign out", lin.post("/api/v1/auth/logout", &json!({}))),
            ("register an app", admin.post("/api/v1/apps", &json!({ "name": "Draw" }))),
            ("rename an app", admin.patch(&of_app, &json!({ "name": "Draw" }))),
            ("order card keys", admin.post("/api/v1/card-keys/batches", &batch)),
            ("redeem a card key", lin.post("/api/v1/card-keys/activate", &redeem)),
            ("disable a card key", admin.post(&of_key("disable"), &json!({}))),
            ("delete a card key", admin.delete(&format!("/api/v1/card-keys/{card_key}"))),
            ("write an announcement", admin.post("/api/v1/announcements", &news)),
            ("blacklist", admin.post("/api/v1/blacklist", &ban)),
            ("export the log", admin.get("/api/v1/audit-logs/export?format=csv")),
        ];
        for (what, call) in changes {
            let reply = call.send().await;
            assert!(reply.status() >= 500, "{what}: {} {}", reply.status(), String::from_utf8_lossy(reply.bytes()));
            assert!(!reply.text().contains("audit_logs"), "{what} tells of the inside: {}", reply.text());
        }
        assert_eq!(state(&admin).await, before, "something changed");

        server.terminate().await;
        server.execute("ALTER TABLE audit_logs_away RENAME TO audit_logs");
        server.start_again().await;
        let admin = server.api().bearing(&token);
        assert_eq!(state(&admin).await, before);
        let _ = admin.post("/api/v1/apps", &json!({ "name": "Draw" })).send().await.ok();
        let lin = server.api().login("lin", cardkey_tests::api::PASSWORD).await;
        lin.activate(&codes[1], &device(2)).await;
        assert!(activated["license_id"].is_string());
    }
}

/// Everything that the changes would change.
async fn state(admin: &Api) -> Vec<Value> {
    let mut state = Vec::new();
    for path in ["users", "roles", "apps", "card-keys", "card-keys/batches", "devices", "announcements", "blacklist"] {
        let mut list = admin.get(&format!("/api/v1/{path}?page_size=100")).send().await.ok().data();
        if let Some(items) = list["items"].as_array_mut() {
            for item in items {
                for passing in ["last_seen_at", "last_login_at"] {
                    item.as_object_mut().unwrap().remove(passing);
                }
            }
        }
        state.push(list);
    }
    state
}
