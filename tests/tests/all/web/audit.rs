use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

on_each_database! {
    // AUD-01
    async fn who_did_what_to_what_from_where_and_how_it_ended_is_kept(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let activated = lin.activate(&code, &device(1)).await;
        let _ = admin.change_card_key(&code, "disable", json!({})).await.ok();
        let refused = lin.try_activate(&code, &device(2)).await.refused(403, "card_key.disabled");
        let _ = lin.logout().await.ok();

        let rows = async |query: &[(&str, &str)]| -> Vec<Value> {
            let data = admin.api.get("/api/v1/audit-logs").query(query).send().await.ok().data();
            data["items"].as_array().unwrap().clone()
        };
        let done = rows(&[("action", "card_key.activate"), ("status", "ok")]).await;
        assert_eq!(done.len(), 1, "{done:?}");
        let row = &done[0];
        assert_eq!((&row["user_id"], &row["actor"], &row["level"]), (&json!(lin.id), &json!("lin"), &json!("INFO")));
        assert_eq!((&row["ip"], &row["user_agent"]), (&json!("127.0.0.1"), &json!("cardkey-tests/1.0")));
        assert_eq!(row["details"]["license_id"], activated["license_id"]);
        assert!(row["at"].is_string() && row["target_id"].is_string());

        let failed = rows(&[("action", "card_key.activate"), ("status", "refused")]).await;
        assert_eq!((failed.len(), &failed[0]["code"]), (1, &json!("card_key.disabled")));
        assert_eq!(failed[0]["request_id"], refused.header("x-request-id"));
        for action in ["app.register", "card_key.disable", "user.create", "user.login", "user.logout"] {
            assert!(!rows(&[("action", action)]).await.is_empty(), "{action}");
        }
        let by_lin = rows(&[("user_id", &lin.id)]).await;
        assert!(by_lin.len() >= 4 && by_lin.iter().all(|row| row["user_id"] == lin.id.as_str()), "{by_lin:?}");
        assert_eq!(rows(&[("noun", "x"), ("action", "nothing.at_all")]).await.len(), 0);
    }

    // AUD-01
    async fn failed_sign_ins_are_kept_without_the_name_that_was_typed(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        // People type passwords into the wrong box.
        let _ = server.api().try_login("My-secret-1-password", "x").await.problem();
        let _ = server.api().try_login("admin", "Wrong-1-password").await.problem();
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("status", "refused")]).send().await.ok();
        assert_eq!(rows.data()["total"], 2, "{}", rows.text());
        assert!(!rows.text().contains("My-secret-1-password") && !rows.text().contains("Wrong-1-password"));
    }

    // AUD-01
    async fn the_audit_log_is_for_those_who_may_read_it(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let auditor = admin.hire("auditor", &["auditor"]).await;
        let operator = admin.hire("operator", &["operator"]).await;
        let _ = auditor.api.get("/api/v1/audit-logs").send().await.ok();
        let _ = operator.api.get("/api/v1/audit-logs").send().await.refused(403, "auth.forbidden");
        let _ = server.api().get("/api/v1/audit-logs").send().await.refused(401, "auth.required");
    }
}
