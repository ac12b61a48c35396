use cardkey_tests::on_each_database;
use cardkey_tests::server::TimedServer;
use serde_json::{Value, json};

use super::{act, note, publish, try_write, write};

const NOWHERE: &str = "0192f0c0-0000-7000-8000-000000000000";

on_each_database! {
    // SEC-05, ANN-01, ANN-02, ANN-03
    async fn what_is_wrong_with_an_announcement_is_named(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let yesterday = server.now().minus(std::time::Duration::from_secs(86_400)).to_string();
        let tomorrow = server.now().plus(std::time::Duration::from_secs(86_400)).to_string();
        let many: Vec<String> = (0..1_001).map(|_| NOWHERE.to_owned()).collect();
        for (more, field) in [
            (json!({ "type": "gossip" }), "type"),
            (json!({ "type": 7 }), "type"),
            (json!({ "priority": "urgent" }), "priority"),
            (json!({ "title": "" }), "title"),
            (json!({ "title": " \n " }), "title"),
            (json!({ "title": "t".repeat(201) }), "title"),
            (json!({ "title": "a\u{7}b" }), "title"),
            (json!({ "title": null }), "title"),
            (json!({ "content": "" }), "content"),
            (json!({ "content": "c".repeat(20_001) }), "content"),
            (json!({ "content": "&".repeat(20_000) }), "content"),
            (json!({ "audience": null }), "audience"),
            (json!({ "audience": { "kind": "planet" } }), "audience.kind"),
            (json!({ "audience": { "kind": "app" } }), "audience.ids"),
            (json!({ "audience": { "kind": "users", "ids": [] } }), "audience.ids"),
            (json!({ "audience": { "kind": "all", "ids": [NOWHERE] } }), "audience.ids"),
            (json!({ "audience": { "kind": "users", "ids": ["lin"] } }), "audience.ids[0]"),
            (json!({ "audience": { "kind": "users", "ids": [admin.id, 7] } }), "audience.ids[1]"),
            (json!({ "audience": { "kind": "users", "ids": many } }), "audience.ids"),
            (json!({ "audience": { "kind": "users", "ids": [admin.id, NOWHERE] } }), "audience.ids"),
            (json!({ "audience": { "kind": "app", "ids": [NOWHERE] } }), "audience.ids"),
            (json!({ "audience": { "kind": "group", "ids": [NOWHERE] } }), "audience.ids"),
            (json!({ "publish_at": "tomorrow" }), "publish_at"),
            (json!({ "publish_at": yesterday }), "publish_at"),
            (json!({ "expires_at": yesterday }), "expires_at"),
            (json!({ "publish_at": tomorrow, "expires_at": tomorrow }), "expires_at"),
            (json!({ "must_confirm": "yes" }), "must_confirm"),
        ] {
            let refused = try_write(&admin, more.clone()).await.refused(400, "validation.failed");
            assert_eq!(refused.faulty_fields(), [field], "{more}");
        }
        for (field, value) in [("title", json!("")), ("type", json!("gossip")), ("publish_at", json!(yesterday))] {
            let id = write(&admin, json!({})).await;
            let mut body = json!({});
            body[field] = value;
            let refused = admin.api.patch(&format!("/api/v1/announcements/{id}"), &body).send().await;
            assert_eq!(refused.refused(400, "validation.failed").faulty_fields(), [field]);
        }
        let drafts = admin.api.get("/api/v1/announcements").send().await.ok().data();
        assert_eq!(drafts["total"], 3, "nothing that was refused is kept");
        let unknown = try_write(&admin, json!({ "audience": { "kind": "users", "ids": [admin.id, NOWHERE] } })).await;
        assert_eq!(unknown.problem()["unknown_ids"], json!([NOWHERE]));
    }

    // SEC-05
    async fn what_is_not_there_is_told_and_so_are_strange_questions(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let path = format!("/api/v1/announcements/{NOWHERE}");
        for action in ["publish", "withdraw"] {
            let _ = act(&admin, NOWHERE, action).await.refused(404, "announcement.not_found");
        }
        for part in ["", "/statistics", "/unconfirmed"] {
            let _ = admin.api.get(&format!("{path}{part}")).send().await.refused(404, "announcement.not_found");
        }
        let _ = admin.api.patch(&path, &json!({ "title": "x" })).send().await.refused(404, "announcement.not_found");
        for mark in ["read", "confirm"] {
            let _ = note(&lin, NOWHERE, mark).await.refused(404, "announcement.not_found");
            let _ = note(&lin, "seven", mark).await.refused(400, "validation.failed");
        }
        let draft = write(&admin, json!({})).await;
        let statistics = format!("/api/v1/announcements/{draft}/statistics");
        let _ = admin.api.get(&statistics).send().await.refused(409, "announcement.illegal_state");
        for (list, query, field) in [
            ("/api/v1/announcements", ("page_size", "1000000000"), "page_size"),
            ("/api/v1/announcements", ("status", "lost"), "status"),
            ("/api/v1/announcements", ("type", "gossip"), "type"),
            ("/api/v1/announcements", ("cursor", "x"), "cursor"),
            ("/api/v1/me/announcements", ("page_size", "1000000000"), "page_size"),
            ("/api/v1/me/announcements", ("page", "0"), "page"),
            ("/api/v1/me/announcements", ("unread", "perhaps"), "unread"),
            ("/api/v1/me/announcements", ("order", "random"), "order"),
        ] {
            let refused = admin.api.get(list).query(&[query]).send().await.refused(400, "validation.failed");
            assert_eq!(refused.faulty_fields(), [field]);
        }
        let huge: Value = json!({ "content": "x".repeat(300_000) });
        let _ = admin.api.post("/api/v1/announcements/preview", &huge).send().await.refused(413, "request.too_large");
    }

    // ANN-02, ANN-06
    async fn nobody_confirms_what_they_do_not_see(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let momo = admin.customer("momo").await;
        let for_momo = publish(&admin, json!({ "audience": { "kind": "users", "ids": [momo.id] } })).await;
        let draft = write(&admin, json!({})).await;
        let withdrawn = publish(&admin, json!({})).await;
        let _ = act(&admin, &withdrawn, "withdraw").await.ok();
        let over = server.now().plus(std::time::Duration::from_secs(60)).to_string();
        let over = publish(&admin, json!({ "expires_at": over })).await;
        server.advance(std::time::Duration::from_secs(60));
        for id in [&for_momo, &draft, &withdrawn, &over] {
            for mark in ["read", "confirm"] {
                let _ = note(&lin, id, mark).await.refused(404, "announcement.not_found");
            }
        }
        let _ = note(&momo, &for_momo, "confirm").await.ok();
    }
}
