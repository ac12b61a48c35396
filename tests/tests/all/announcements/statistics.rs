use std::time::Duration;

use cardkey_tests::api::Person;
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

use super::{inbox, note, publish, texts};

const PATIENCE: Duration = Duration::from_secs(30);

async fn statistics(operator: &Person, id: &str) -> Value {
    operator.api.get(&format!("/api/v1/announcements/{id}/statistics")).send().await.ok().data()
}

async fn unconfirmed(operator: &Person, id: &str) -> Value {
    operator.api.get(&format!("/api/v1/announcements/{id}/unconfirmed")).send().await.ok().data()
}

fn counts(statistics: &Value) -> [u64; 4] {
    ["reach", "delivered", "read", "confirmed"].map(|field| statistics[field].as_u64().unwrap())
}

on_each_database! {
    // ANN-05, ANN-06
    async fn who_took_note_is_counted_and_who_has_not_is_listed(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        server.advance(Duration::from_secs(1));
        let momo = admin.customer("momo").await;
        server.advance(Duration::from_secs(1));
        let nono = admin.customer("nono").await;
        let audience = json!({ "kind": "users", "ids": [lin.id, momo.id, nono.id] });
        let id = publish(&admin, json!({ "must_confirm": true, "audience": audience })).await;
        assert_eq!(counts(&statistics(&admin, &id).await), [3, 0, 0, 0]);
        let list = unconfirmed(&admin, &id).await;
        assert_eq!((texts(&list, "username"), &list["total"]), (vec!["nono".into(), "momo".into(), "lin".into()], &json!(3)));

        // What is fetched has been delivered, which is written down within a second or two.
        inbox(&nono, &[]).await;
        until("the delivery to be counted", PATIENCE, async || {
            (counts(&statistics(&admin, &id).await) == [3, 1, 0, 0]).then_some(())
        })
        .await;
        let _ = note(&momo, &id, "read").await.ok();
        server.advance(Duration::from_secs(60 * 60));
        for _ in 0..2 {
            let _ = note(&lin, &id, "confirm").await.ok();
        }
        let found = statistics(&admin, &id).await;
        assert_eq!(counts(&found), [3, 3, 2, 1]);
        let hours = found["hours"].as_array().unwrap();
        assert_eq!(hours.len(), 2, "{hours:?}");
        let first = json!({ "from": "2026-11-20T12:00:00Z", "delivered": 2, "read": 1, "confirmed": 0 });
        assert_eq!(hours[0], first);
        assert_eq!((&hours[1]["read"], &hours[1]["confirmed"]), (&json!(1), &json!(1)));
        let list = unconfirmed(&admin, &id).await;
        assert_eq!((texts(&list, "username"), &list["total"]), (vec!["nono".into(), "momo".into()], &json!(2)));
        assert!(list["items"][0]["delivered_at"].is_string() && list["items"][0]["read_at"].is_null(), "{list}");
        assert!(list["items"][1]["read_at"].is_string(), "{list}");
    }
}
