use cardkey_tests::on_each_database;
use cardkey_tests::server::TimedServer;
use serde_json::json;

use super::{act, draft, try_write, write};

on_each_database! {
    // RBAC-01, ANN-03
    async fn who_writes_does_not_publish_unless_they_may(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let role = json!({ "name": "writer", "permissions": ["announcements:read", "announcements:write"] });
        let _ = admin.api.post("/api/v1/roles", &role).send().await.ok();
        let writer = admin.hire("wang", &["writer"]).await;
        let lin = admin.customer("lin").await;
        let id = write(&writer, json!({})).await;
        let _ = act(&writer, &id, "publish").await.refused(403, "auth.forbidden");
        let _ = act(&writer, &id, "withdraw").await.refused(403, "auth.forbidden");
        let tomorrow = server.now().plus(std::time::Duration::from_secs(86_400)).to_string();
        let scheduled = try_write(&writer, json!({ "publish_at": tomorrow })).await.refused(403, "auth.forbidden");
        assert_eq!(scheduled.problem()["permission"], "announcements:publish");
        let path = format!("/api/v1/announcements/{id}");
        let schedule = json!({ "publish_at": tomorrow });
        let _ = writer.api.patch(&path, &schedule).send().await.refused(403, "auth.forbidden");
        let _ = writer.api.patch(&path, &json!({ "title": "Mine" })).send().await.ok();
        // Once it is to be published, its words are fixed for those who may not publish.
        assert_eq!(admin.api.patch(&path, &schedule).send().await.ok().data()["status"], "scheduled");
        let _ = writer.api.patch(&path, &json!({ "title": "Other" })).send().await.refused(403, "auth.forbidden");
        let _ = admin.api.patch(&path, &json!({ "publish_at": null })).send().await.ok();
        let _ = writer.api.patch(&path, &json!({ "title": "Other" })).send().await.ok();

        for (method, path) in [("GET", "/api/v1/announcements".to_owned()), ("POST", "/api/v1/announcements".to_owned()), ("GET", path)] {
            let call = lin.api.call(method.parse().unwrap(), &path).json(&draft(json!({})));
            let _ = call.send().await.refused(403, "auth.forbidden");
        }
    }
}
