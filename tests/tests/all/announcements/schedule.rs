use std::time::Duration;

use cardkey_tests::api::Person;
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::json;

use super::{act, show, texts, titles, write};

const PATIENCE: Duration = Duration::from_secs(30);
const MINUTE: Duration = Duration::from_secs(60);

async fn comes_to(operator: &Person, id: &str, status: &str) {
    until(status, PATIENCE, async || (show(operator, id).await["status"] == status).then_some(())).await;
}

on_each_database! {
    // ANN-03
    async fn an_announcement_comes_and_goes_at_its_time(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let (publish_at, expires_at) = (server.now().plus(10 * MINUTE), server.now().plus(20 * MINUTE));
        let times = json!({ "publish_at": publish_at.to_string(), "expires_at": expires_at.to_string() });
        let id = write(&admin, times).await;
        assert_eq!(show(&admin, &id).await["status"], "scheduled");
        server.advance(10 * MINUTE - Duration::from_secs(1));
        assert_eq!(titles(&lin).await, [""; 0]);
        server.advance(Duration::from_secs(1));
        comes_to(&admin, &id, "published").await;
        assert_eq!(titles(&lin).await, ["Hello"]);
        server.advance(10 * MINUTE);
        assert_eq!(titles(&lin).await, [""; 0], "hidden before the job comes round");
        comes_to(&admin, &id, "expired").await;
        let events = admin.api.get("/api/v1/events").send().await.ok().data();
        let names = texts(&events, "name");
        for name in ["announcement.published", "announcement.expired"] {
            assert_eq!(names.iter().filter(|event| *event == name).count(), 1, "{name}");
        }
        let _ = act(&admin, &id, "withdraw").await.refused(409, "announcement.illegal_state");
    }

    // ANN-03
    async fn what_a_downtime_held_up_is_made_up_for(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let at = |minutes: u32| server.now().plus(MINUTE * minutes).to_string();
        let due = write(&admin, json!({ "title": "due", "publish_at": at(10) })).await;
        let missed = write(&admin, json!({ "title": "missed", "publish_at": at(10), "expires_at": at(20) })).await;
        let later = write(&admin, json!({ "title": "later", "publish_at": at(100) })).await;
        let off = write(&admin, json!({ "title": "off", "publish_at": at(10) })).await;
        assert_eq!(act(&admin, &off, "withdraw").await.ok().data()["status"], "withdrawn");
        server.advance(60 * MINUTE);
        let server = server.restart().await;
        let admin = server.api().admin().await;
        comes_to(&admin, &due, "published").await;
        comes_to(&admin, &missed, "expired").await;
        assert_eq!(show(&admin, &later).await["status"], "scheduled");
        assert_eq!(show(&admin, &off).await["status"], "withdrawn");
        assert_eq!(titles(&admin).await, ["due"]);
        // What was over before anybody saw it was never published.
        let published = admin.api.get("/api/v1/events").query(&[("name", "announcement.published")]).send().await.ok().data();
        assert_eq!(published["total"], 1);
    }

    // ANN-03
    async fn a_draft_whose_end_has_come_is_not_published(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let id = write(&admin, json!({ "expires_at": server.now().plus(MINUTE).to_string() })).await;
        server.advance(MINUTE);
        let _ = act(&admin, &id, "publish").await.refused(409, "announcement.over");
        let path = format!("/api/v1/announcements/{id}");
        let _ = admin.api.patch(&path, &json!({ "expires_at": null })).send().await.ok();
        let _ = act(&admin, &id, "publish").await.ok();
    }
}
