use cardkey_tests::api::{PASSWORD, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, TimedServer};
use futures::future::join_all;
use reqwest::Method;
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
    async fn no_refusal_of_strangers_vanishes_and_none_fills_the_log(database: Database) {
        let server = TimedServer::on(database).await;
        // The clock stands still: all of this is one second.
        let nobody = server.api();
        let calls = (0..260).map(|number| match number % 2 {
            0 => nobody.get("/api/v1/dashboard").send(),
            _ => nobody.call(Method::POST, "/api/v1/apps").send(),
        });
        for reply in join_all(calls).await {
            let _ = reply.refused(401, "auth.required");
        }
        let server = server.restart().await;
        let admin = server.api().admin().await;
        let of = async |query: &[(&str, &str)]| admin.api.get("/api/v1/audit-logs").query(query).send().await.ok().data();
        let (looks, changes) = (of(&[("action", "dashboard.show")]).await, of(&[("action", "app.register")]).await);
        assert_eq!(looks["total"].as_u64().unwrap() + changes["total"].as_u64().unwrap(), 200);
        let sums = of(&[("action", "audit_log.sum_up")]).await;
        let sum = &sums["items"][0];
        assert_eq!((&sums["total"], &sum["actor"], &sum["details"]["count"]), (&json!(1), &json!("system:refusals"), &json!(60)));
        let counted: u64 = sum["details"]["calls"].as_array().unwrap().iter().filter_map(|call| call["count"].as_u64()).sum();
        assert_eq!(counted, 60, "{sum}");
    }

    // AUD-01
    async fn what_is_refused_for_any_reason_is_kept(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let _ = lin.logout().await.ok();
        let _ = lin.check_session().await.refused(401, "auth.session_ended");
        let _ = admin.api.get("/api/v1/apps/nonsense").send().await.problem();
        let nowhere = format!("/api/v1/card-keys/batches/{}/export?format=csv", admin.app("Paint").await.id);
        let _ = admin.api.get(&nowhere).send().await.refused(404, "batch.not_found");
        let _ = server.api().post("/api/v1/card-keys/verify", &json!({})).send().await.refused(400, "validation.failed");
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("status", "refused")]).send().await.ok().data();
        let mut kept: Vec<_> = rows["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect();
        kept.sort_unstable();
        assert_eq!(kept, ["auth.session_ended", "batch.not_found", "validation.failed"], "{rows}");
    }

    // AUD-01, APP-06
    async fn to_be_turned_away_for_maintenance_is_a_refusal_and_no_failure(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        admin.create_user("lin", &["user"]).await;
        let _ = admin.api.post(&format!("/api/v1/apps/{}/maintenance", app.id), &json!({ "enabled": true })).send().await.ok();
        let login = json!({ "username": "lin", "password": PASSWORD, "app_id": app.id });
        let _ = server.api().post("/api/v1/auth/login", &login).send().await.refused(503, "app.maintenance");
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "user.login"), ("status", "refused")]).send().await.ok().data();
        assert_eq!((&rows["total"], &rows["items"][0]["code"]), (&json!(1), &json!("app.maintenance")), "{rows}");
        assert!(!server.log().contains("app.maintenance"), "{}", server.log());
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
