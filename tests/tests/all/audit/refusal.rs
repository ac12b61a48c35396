use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use reqwest::Method;
use serde_json::{Value, json};

on_each_database! {
    /// By whom, whence, of what kind and why: each refused change has its row, also those of nobody.
    // AUD-01
    async fn every_refused_change_has_a_row_whoever_tried_it_and_whatever_was_wrong(database: Database) {
        let server = Server::on(database).await;
        let nobody = server.api();
        let admin = nobody.admin().await;
        let lin = admin.customer("lin").await;
        let unknown = "0192f0c0-0000-7000-8000-000000000000";
        let user = json!({ "username": "lin", "email": "other@example.org", "password": "Customer-1-password", "roles": ["user"] });
        let once = async |name: &str| {
            admin.api.post("/api/v1/apps", &json!({ "name": name })).header("idempotency-key", "the-key").send().await
        };
        let _ = once("Paint").await.ok();

        let app = format!("/api/v1/apps/{unknown}");
        let refused = [
            ("app.register", "nobody", nobody.post("/api/v1/apps", &json!({ "name": "x" })).send().await.refused(401, "auth.required")),
            ("app.change", "nobody", nobody.bearing("x.y.z").patch(&app, &json!({})).send().await.refused(401, "auth.token_invalid")),
            ("user.login", "nobody", nobody.try_login("lin", "Wrong-1-password").await.refused(401, "auth.invalid_credentials")),
            ("user.login", "nobody", nobody.call(Method::POST, "/api/v1/auth/login").body("application/json", "{").send().await.refused(400, "request.malformed_json")),
            ("user.login", "nobody", nobody.call(Method::POST, "/api/v1/auth/login").body("text/plain", "x").send().await.refused(415, "request.unsupported_media_type")),
            ("app.register", "lin", lin.api.post("/api/v1/apps", &json!({ "name": "x" })).send().await.refused(403, "auth.forbidden")),
            ("app.change", "admin", admin.api.patch(&app, &json!({ "name": "x" })).send().await.refused(404, "app.not_found")),
            ("app.register", "admin", admin.api.post("/api/v1/apps", &json!({ "name": 7 })).send().await.refused(400, "validation.failed")),
            ("user.create", "admin", admin.api.post("/api/v1/users", &user).send().await.refused(409, "user.name_taken")),
            ("app.register", "admin", once("Draw").await.refused(422, "idempotency.mismatch")),
        ];
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("status", "refused"), ("page_size", "100")]).send().await.ok().data();
        let rows = rows["items"].as_array().unwrap();
        for (action, actor, reply) in &refused {
            let of_it: Vec<&Value> = rows.iter().filter(|row| row["request_id"] == reply.header("x-request-id")).collect();
            assert_eq!(of_it.len(), 1, "{action} {actor}: {of_it:?}");
            let row = of_it[0];
            assert_eq!((&row["action"], &row["actor"], &row["ip"]), (&json!(action), &json!(actor), &json!("127.0.0.1")), "{row}");
            assert_eq!((&row["code"], &row["level"]), (&reply.problem()["code"], &json!("WARNING")), "{row}");
            assert_eq!(row["user_agent"], "cardkey-tests/1.0", "{row}");
        }
        assert_eq!(rows.len(), refused.len(), "and nothing else: {rows:?}");
        let faulty = rows.iter().find(|row| row["code"] == "validation.failed").unwrap();
        assert_eq!(faulty["details"]["fields"], json!(["name"]), "{faulty}");
        let unknown_app = rows.iter().find(|row| row["code"] == "app.not_found").unwrap();
        assert_eq!((&unknown_app["target_kind"], &unknown_app["target_id"]), (&json!("app"), &json!(unknown)));
    }
}
