//! What operators and readers do, for the tests beside this file.

use cardkey_tests::api::{Person, Reply};
use serde_json::{Value, json};

/// An announcement to everybody that is as plain as may be, with other fields as given.
pub(super) fn draft(more: Value) -> Value {
    let mut body = json!({
        "type": "system", "title": "Hello", "content": "**Hello**", "priority": "medium", "audience": { "kind": "all" },
    });
    let Value::Object(more) = more else { panic!("fields are wanted") };
    body.as_object_mut().unwrap().extend(more);
    body
}

pub(super) async fn try_write(operator: &Person, more: Value) -> Reply {
    operator.api.post("/api/v1/announcements", &draft(more)).send().await
}

/// Writes a draft and returns its id.
pub(super) async fn write(operator: &Person, more: Value) -> String {
    let reply = try_write(operator, more).await;
    assert_eq!(reply.status(), 201);
    reply.ok().data()["id"].as_str().unwrap().to_owned()
}

/// Writes and publishes; returns the id.
pub(super) async fn publish(operator: &Person, more: Value) -> String {
    let id = write(operator, more).await;
    let published = act(operator, &id, "publish").await.ok().data();
    assert_eq!(published["status"], "published");
    id
}

/// `publish`, `withdraw`.
pub(super) async fn act(operator: &Person, id: &str, action: &str) -> Reply {
    operator.api.post(&format!("/api/v1/announcements/{id}/{action}"), &json!({})).send().await
}

pub(super) async fn show(operator: &Person, id: &str) -> Value {
    operator.api.get(&format!("/api/v1/announcements/{id}")).send().await.ok().data()
}

pub(super) async fn inbox(reader: &Person, query: &[(&str, &str)]) -> Value {
    reader.api.get("/api/v1/me/announcements").query(query).send().await.ok().data()
}

/// The titles of what somebody sees.
pub(super) async fn titles(reader: &Person) -> Vec<String> {
    texts(&inbox(reader, &[]).await, "title")
}

/// A field of each item of a list.
pub(super) fn texts(list: &Value, field: &str) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap().to_owned()).collect()
}

/// `read`, `confirm`.
pub(super) async fn note(reader: &Person, id: &str, mark: &str) -> Reply {
    reader.api.post(&format!("/api/v1/me/announcements/{id}/{mark}"), &json!({})).send().await
}
