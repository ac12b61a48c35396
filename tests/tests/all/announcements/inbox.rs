use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

use super::{inbox, note, publish, texts, titles};

on_each_database! {
    // ANN-01, ANN-02
    async fn each_sees_what_is_for_them_in_order_of_priority(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (paint, _) = (admin.app("Paint").await, admin.app("Other").await);
        let code = admin.card_key(&paint).await;
        let lin = admin.customer("lin").await;
        let momo = admin.customer("momo").await;
        for (title, priority, audience) in [
            ("low", "low", json!({ "kind": "all" })),
            ("high", "high", json!({ "kind": "all" })),
            ("of the app", "medium", json!({ "kind": "app", "ids": [paint.id] })),
            ("of momo", "medium", json!({ "kind": "users", "ids": [momo.id, momo.id] })),
        ] {
            publish(&admin, json!({ "title": title, "priority": priority, "audience": audience })).await;
        }
        assert_eq!(titles(&lin).await, ["high", "low"]);
        assert_eq!(titles(&momo).await, ["high", "of momo", "low"]);
        let newest = inbox(&momo, &[("order", "newest")]).await;
        assert_eq!(texts(&newest, "title"), ["of momo", "high", "low"]);
        // Whoever becomes a user of the app sees what was said to its users.
        lin.activate(&code, &device(1)).await;
        assert!(titles(&lin).await.contains(&"of the app".to_owned()));
        let _ = server.api().get("/api/v1/me/announcements").send().await.refused(401, "auth.required");
    }

    // ANN-05, ANN-06
    async fn what_is_read_and_confirmed_is_new_no_more(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let plain = publish(&admin, json!({ "title": "plain" })).await;
        let forced = publish(&admin, json!({ "title": "forced", "must_confirm": true })).await;
        let list = inbox(&lin, &[("unread", "true")]).await;
        assert_eq!((&list["unread"], &list["total"]), (&json!(2), &json!(2)));

        let read = note(&lin, &plain, "read").await.ok().data();
        assert_eq!((&read["id"], &read["confirmed_at"]), (&json!(plain), &json!(null)));
        assert_eq!(note(&lin, &plain, "read").await.ok().data(), read, "read again, it was still read then");
        let _ = note(&lin, &forced, "read").await.ok();
        let list = inbox(&lin, &[("unread", "true")]).await;
        assert_eq!((texts(&list, "title"), &list["unread"]), (vec!["forced".to_owned()], &json!(1)));
        assert_eq!(list["items"][0]["must_confirm"], true);

        // The address of the announcement itself does as well.
        let path = format!("/api/v1/announcements/{forced}/confirm");
        let confirmed = lin.api.post(&path, &json!({})).send().await.ok().data();
        assert!(confirmed["confirmed_at"].is_string());
        let list = inbox(&lin, &[]).await;
        assert_eq!((&list["unread"], &list["total"]), (&json!(0), &json!(2)));
        assert_eq!(inbox(&admin, &[]).await["unread"], 2, "others have read nothing");
    }

    // ANN-07
    async fn pages_by_cursor_hold_everything_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        for (number, priority) in ["low", "high", "medium", "high", "low"].into_iter().enumerate() {
            publish(&admin, json!({ "title": format!("{number}"), "priority": priority })).await;
        }
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = inbox(&admin, &[("page_size", "2"), ("cursor", &cursor)]).await;
            seen.extend(texts(&page, "title"));
            let Some(next) = page["next_cursor"].as_str() else { break };
            next.clone_into(&mut cursor);
        }
        assert_eq!(seen, ["3", "1", "2", "4", "0"]);
    }
}
