use std::time::Duration;

use cardkey_tests::on_each_database;
use cardkey_tests::server::TimedServer;
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    // AUD-03
    async fn what_was_done_is_counted_by_action_account_level_status_and_hour(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let statistics = async |query: &[(&str, &str)]| {
            admin.api.get("/api/v1/audit-logs/statistics").query(query).send().await
        };
        for name in ["Paint", "Draw"] {
            admin.app(name).await;
        }
        server.advance(HOUR);
        for _ in 0..3 {
            let _ = lin.api.post("/api/v1/apps", &json!({ "name": "x" })).send().await.refused(403, "auth.forbidden");
        }
        admin.app("Third").await;

        let usual = statistics(&[]).await.ok().data();
        assert_eq!((&usual["from"], &usual["to"]), (&json!("2026-11-19T13:00:00Z"), &json!("2026-11-20T14:00:00Z")));
        assert_eq!(count(&usual["by_action"], "action", "app.register"), 6);
        let (by_admin, by_lin) = (count(&usual["by_user"], "user_id", &admin.id), count(&usual["by_user"], "user_id", &lin.id));
        assert!(by_admin > by_lin && by_lin >= 4, "{usual}");
        assert_eq!(usual["by_user"][0]["username"], "admin");
        assert_eq!((count(&usual["by_status"], "status", "refused"), count(&usual["by_level"], "level", "WARNING")), (3, 3));
        let total = usual["total"].as_u64().unwrap();
        for (view, name) in [("by_action", "action"), ("by_level", "level"), ("by_status", "status"), ("by_hour", "hour")] {
            let all = usual[view].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).sum::<u64>();
            assert_eq!(all, total, "{name}: {usual}");
        }
        let hours = usual["by_hour"].as_array().unwrap();
        assert_eq!(hours.len(), 25);
        assert_eq!((&hours[22]["count"], &hours[24]["count"], &hours[24]["refused"]), (&json!(0), &json!(4), &json!(3)));

        let later = [("from", "2026-11-20T13:00:00Z"), ("to", "2026-11-20T14:00:00Z")];
        let later = statistics(&later).await.ok().data();
        assert_eq!((&later["total"], later["by_hour"].as_array().unwrap().len()), (&json!(4), 1), "{later}");
        assert_eq!(count(&later["by_user"], "user_id", &lin.id), 3);

        for (query, field) in [
            ([("from", "2026-11-20T14:00:00Z"), ("to", "2026-11-20T14:00:00Z")], "to"),
            ([("from", "2026-09-20T14:00:00Z"), ("to", "2026-11-20T14:00:00Z")], "from"),
            ([("from", "yesterday"), ("to", "2026-11-20T14:00:00Z")], "from"),
        ] {
            assert_eq!(statistics(&query).await.refused(400, "validation.failed").faulty_fields(), [field]);
        }
        let _ = lin.api.get("/api/v1/audit-logs/statistics").send().await.refused(403, "auth.forbidden");
    }

    /// Rows are counted once, before they are sealed and after, and by days as well as by hours.
    // AUD-03
    async fn figures_are_the_same_before_rows_are_sealed_and_after(database: Database) {
        let server = TimedServer::on(database).await;
        for day in 0..3 {
            let admin = server.api().admin().await;
            for n in 0..=day {
                admin.app(&format!("App {day} {n}")).await;
            }
            server.advance(HOUR * 24);
        }
        let admin = server.api().admin().await;
        let month = [("from", "2026-11-01T00:00:00Z"), ("to", "2026-11-30T00:00:00Z")];
        let statistics = async || admin.api.get("/api/v1/audit-logs/statistics").query(&month).send().await.ok().data();
        let first = statistics().await;
        assert_eq!(count(&first["by_action"], "action", "app.register"), 6, "{first}");
        let by_admin = count(&first["by_user"], "user_id", &admin.id);
        assert!(by_admin >= 6, "{first}");
        // What ends seals all there is.
        let server = server.restart().await;
        let after = server.api().bearing(admin.api.token()).get("/api/v1/audit-logs/statistics").query(&month).send().await;
        let after = after.ok().data();
        assert_eq!(count(&after["by_action"], "action", "app.register"), 6, "{after}");
        assert_eq!(count(&after["by_user"], "user_id", &admin.id), by_admin);
    }
}

fn count(view: &Value, name: &str, value: &str) -> u64 {
    let found = view.as_array().unwrap().iter().find(|one| one[name] == value);
    found.map_or(0, |one| one["count"].as_u64().unwrap())
}
