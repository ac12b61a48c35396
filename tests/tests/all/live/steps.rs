//! What operators do while clients are connected, for the tests beside this file.

use cardkey_tests::api::Person;
use serde_json::{Value, json};

/// Publishes an announcement to everybody, with other fields as given; returns its id.
pub(super) async fn announce(operator: &Person, title: &str, more: Value) -> String {
    let mut body = json!({
        "type": "system", "title": title, "content": "**Hello**", "priority": "medium", "audience": { "kind": "all" },
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = operator.api.post("/api/v1/announcements", &body).send().await.ok().data();
    let id = made["id"].as_str().unwrap().to_owned();
    let _ = operator.api.post(&format!("/api/v1/announcements/{id}/publish"), &json!({})).send().await.ok();
    id
}

pub(super) async fn announce_to(operator: &Person, title: &str, kind: &str, ids: &[&str]) -> String {
    announce(operator, title, json!({ "audience": { "kind": kind, "ids": ids } })).await
}

pub(super) fn titles(seen: &[(u64, String)]) -> Vec<&str> {
    seen.iter().map(|(_, title)| title.as_str()).collect()
}
