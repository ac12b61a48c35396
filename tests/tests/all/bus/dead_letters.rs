use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use cardkey_tests::api::Person;
use cardkey_tests::server::Embedded;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

use super::handlers::{Counting, Ill, Illness};

const PATIENCE: Duration = Duration::from_secs(60);

on_each_database! {
    // EVT-02
    async fn a_handler_that_always_fails_ends_in_the_dead_letters_and_harms_no_other(database: Database) {
        let counting = Arc::new(Counting::default());
        let (failing, panicking) = (Ill::with(Illness::Fails, "app.registered"), Ill::with(Illness::Panics, "app.registered"));
        let server = Embedded::with(database, |application| {
            application.subscribe(failing.clone()).subscribe(counting.clone()).subscribe(panicking.clone())
        })
        .await;
        let admin = server.api().admin().await;
        admin.app("Paint").await;
        admin.app("Draw").await;
        let dead = async |admin: &Person| admin.api.get("/api/v1/events/dead").send().await.ok().data();
        let list = until("the handlers to give up", PATIENCE, async || {
            // Longer than the longest pause between two attempts.
            server.clock().advance(Duration::from_secs(65));
            // Tokens grow old meanwhile.
            let list = dead(&server.api().admin().await).await;
            let whole = list["items"].as_array().unwrap().iter().all(|item| item["deliveries"].as_array().unwrap().len() == 2);
            let read = list["items"].as_array().unwrap().len();
            (list["total"] == 2 && read == 2 && whole).then_some(list)
        })
        .await;
        let admin = server.api().admin().await;
        let letter = &list["items"][0];
        assert_eq!((&letter["name"], &letter["schema_version"]), (&json!("app.registered"), &json!(1)));
        let told: Vec<&Value> = letter["deliveries"].as_array().unwrap().iter().collect();
        assert_eq!((&told[0]["handler"], &told[0]["last_error"]), (&json!("test_fails"), &json!("the mail server is away")));
        assert_eq!((&told[1]["handler"], &told[1]["last_error"]), (&json!("test_panics"), &json!("it panicked")));
        assert!(told.iter().all(|delivery| delivery["attempts"] == 8 && delivery["state"] == "dead"), "{letter}");
        assert_eq!(counting.seen("app.registered"), (2, false), "others get it once");

        // A replay gives it to those who gave it up, and to nobody else.
        failing.healed.store(true, Ordering::SeqCst);
        panicking.healed.store(true, Ordering::SeqCst);
        let id = letter["id"].as_str().unwrap();
        let replay = format!("/api/v1/events/{id}/replay");
        let lin = admin.customer("lin").await;
        let _ = lin.api.post(&replay, &json!({})).send().await.refused(403, "auth.forbidden");
        let _ = lin.api.get("/api/v1/events").send().await.refused(403, "auth.forbidden");
        let auditor = admin.hire("wu-li", &["auditor"]).await;
        assert_eq!(auditor.api.get("/api/v1/events/dead").send().await.ok().data()["total"], 2);
        let _ = auditor.api.post(&replay, &json!({})).send().await.refused(403, "auth.forbidden");
        let replayed = admin.api.post(&replay, &json!({})).header("idempotency-key", "once").send().await.ok().data();
        assert_eq!(replayed["deliveries"], 2);
        let again = admin.api.post(&replay, &json!({})).header("idempotency-key", "once").send().await.ok().data();
        assert_eq!(again, replayed, "a retry of the same call is the same call");
        until("the replay to be delivered", PATIENCE, async || {
            (dead(&admin).await["total"] == 1 && failing.done() == 1 && panicking.done() == 1).then_some(())
        })
        .await;
        until("the list of what failed to be empty", PATIENCE, async || {
            let shown = admin.api.get(&format!("/api/v1/events/{id}")).send().await.ok().data();
            (shown["deliveries"] == json!([])).then_some(())
        })
        .await;
        assert_eq!(counting.seen("app.registered"), (2, false));
        let _ = admin.api.post(&replay, &json!({})).send().await.refused(409, "event.not_dead");
        let unknown = "/api/v1/events/0192f0c0-0000-7000-8000-000000000000";
        let _ = admin.api.get(unknown).send().await.refused(404, "event.not_found");
        let _ = admin.api.post(&format!("{unknown}/replay"), &json!({})).send().await.refused(404, "event.not_found");
        let audit = admin.api.get("/api/v1/audit-logs").query(&[("action", "event.replay"), ("status", "ok")]);
        let audit = audit.send().await.ok().data();
        assert_eq!((&audit["total"], &audit["items"][0]["target_id"]), (&json!(1), &json!(id)));
    }

    // EVT-01, EVT-02, SEC-05
    async fn events_are_listed_by_name_and_time(database: Database) {
        let server = Embedded::on(database).await;
        let admin = server.api().admin().await;
        for name in ["Paint", "Draw", "Write"] {
            server.clock().advance(Duration::from_secs(1));
            admin.app(name).await;
        }
        let list = async |query: &[(&str, &str)]| admin.api.get("/api/v1/events").query(query).send().await;
        let apps = list(&[("name", "app.registered"), ("page_size", "2")]).await.ok().data();
        assert_eq!((&apps["total"], apps["items"].as_array().map(Vec::len)), (&json!(3), Some(2)));
        let newest = &apps["items"][0];
        assert_eq!(newest["actor"]["name"], "admin");
        assert!(newest["data"]["app_id"].is_string() && newest["request_id"].is_string(), "{newest}");
        let cursor = apps["next_cursor"].as_str().unwrap();
        let rest = list(&[("name", "app.registered"), ("cursor", cursor)]).await.ok().data();
        assert_eq!(rest["items"].as_array().map(Vec::len), Some(1));
        let from = newest["at"].as_str().unwrap();
        assert_eq!(list(&[("name", "app.registered"), ("from", from)]).await.ok().data()["total"], 1);
        assert_eq!(list(&[("name", "app.registered"), ("to", from)]).await.ok().data()["total"], 2);
        assert_eq!(list(&[("name", "'; DROP TABLE outbox; --")]).await.ok().data()["total"], 0);
        for bad in [("from", "yesterday"), ("to", "-1"), ("name", "x".repeat(100).as_str()), ("page_size", "1000000000"), ("cursor", "x")] {
            let _ = list(&[bad]).await.refused(400, "validation.failed");
        }
    }
}
