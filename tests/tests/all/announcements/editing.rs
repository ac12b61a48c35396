use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

use super::{act, draft, inbox, publish, show, texts, titles, write};

on_each_database! {
    // ANN-01, ANN-03
    async fn a_draft_is_changed_published_and_taken_back(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let body = draft(json!({ "type": "security", "priority": "high", "must_confirm": true }));
        let made = admin.api.post("/api/v1/announcements", &body).send().await;
        assert_eq!(made.status(), 201);
        let made = made.ok().data();
        assert_eq!((&made["type"], &made["priority"], &made["status"]), (&json!("security"), &json!("high"), &json!("draft")));
        assert_eq!((&made["html"], &made["created_by_name"]), (&json!("<p><strong>Hello</strong></p>"), &json!("admin")));
        assert_eq!((&made["audience"], &made["must_confirm"]), (&json!({ "kind": "all", "ids": [] }), &json!(true)));
        let id = made["id"].as_str().unwrap();
        assert_eq!(titles(&lin).await, [""; 0], "a draft is seen by nobody");

        let path = format!("/api/v1/announcements/{id}");
        let change = json!({ "title": "Better", "audience": { "kind": "users", "ids": [lin.id] } });
        let changed = admin.api.patch(&path, &change).send().await.ok().data();
        assert_eq!((&changed["title"], &changed["content"]), (&json!("Better"), &made["content"]));
        assert_eq!(changed["audience"], json!({ "kind": "users", "ids": [lin.id] }));
        assert_eq!(show(&admin, id).await, changed);

        let published = act(&admin, id, "publish").await.ok().data();
        assert_eq!(published["status"], "published");
        assert!(published["published_at"].is_string());
        assert_eq!((titles(&lin).await, titles(&admin).await), (vec!["Better".to_owned()], vec![]));
        let _ = act(&admin, id, "publish").await.refused(409, "announcement.illegal_state");
        let _ = admin.api.patch(&path, &change).send().await.refused(409, "announcement.illegal_state");

        assert_eq!(act(&admin, id, "withdraw").await.ok().data()["status"], "withdrawn");
        assert_eq!(titles(&lin).await, [""; 0]);
        let again = act(&admin, id, "withdraw").await.refused(409, "announcement.illegal_state");
        assert_eq!(again.problem()["announcement_status"], "withdrawn");
        let _ = act(&admin, id, "publish").await.refused(409, "announcement.illegal_state");

        let events = admin.api.get("/api/v1/events").send().await.ok().data();
        let names = texts(&events, "name");
        assert_eq!(names.iter().filter(|name| *name == "announcement.published").count(), 1);
        assert_eq!(names.iter().filter(|name| *name == "announcement.withdrawn").count(), 1);
        let audit = admin.api.get("/api/v1/audit-logs").query(&[("target", "announcement")]).send().await.ok().data();
        assert!(audit["total"].as_u64().unwrap() >= 4, "{audit}");
    }

    // ANN-03, SEC-11
    async fn twenty_who_publish_at_once_publish_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let id = write(&admin, json!({})).await;
        let tries: Vec<_> = (0..20).map(|_| {
            let (admin, id) = (admin.clone(), id.clone());
            tokio::spawn(async move { act(&admin, &id, "publish").await.status() })
        }).collect();
        let mut statuses = Vec::new();
        for attempt in tries {
            statuses.push(attempt.await.unwrap());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 409, 503].contains(status)), "{statuses:?}");
        let events = admin.api.get("/api/v1/events").query(&[("name", "announcement.published")]).send().await.ok().data();
        assert_eq!(events["total"], 1);
    }

    // ANN-01
    async fn operators_find_announcements_again(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        for (title, kind, priority) in [("A low", "system", "low"), ("A high", "security", "high"), ("B", "version", "high")] {
            write(&admin, json!({ "title": title, "type": kind, "priority": priority })).await;
        }
        publish(&admin, json!({ "title": "A published" })).await;
        for (filter, expected) in [
            (vec![], vec!["A published", "B", "A high", "A low"]),
            (vec![("priority", "high")], vec!["B", "A high"]),
            (vec![("type", "version")], vec!["B"]),
            (vec![("status", "published")], vec!["A published"]),
            (vec![("q", "a ")], vec!["A published", "A high", "A low"]),
            (vec![("q", "a h"), ("priority", "high")], vec!["A high"]),
            (vec![("q", "zzz")], vec![]),
        ] {
            let list = admin.api.get("/api/v1/announcements").query(&filter).send().await.ok().data();
            assert_eq!(texts(&list, "title"), expected, "{filter:?}");
            assert_eq!(list["total"], expected.len(), "{filter:?}");
        }
    }

    // ANN-01
    async fn markdown_is_shown_beforehand_and_holds_no_script(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let evil = "# Hi\n<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) [b](https://example.org)\n\n<iframe src='//x'></iframe>";
        let preview = admin.api.post("/api/v1/announcements/preview", &json!({ "content": evil })).send().await.ok().data();
        let html = preview["html"].as_str().unwrap();
        assert!(html.contains("<h1>Hi</h1>") && html.contains("https://example.org"), "{html}");
        for forbidden in ["<script", "<img", "<iframe", "href=\"javascript"] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
        let id = publish(&admin, json!({ "content": evil })).await;
        assert_eq!(show(&admin, &id).await["html"], html);
        assert_eq!(inbox(&admin, &[]).await["items"][0]["html"], html);
    }
}
