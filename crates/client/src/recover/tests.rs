use super::*;
use crate::Advice;
use crate::testing::{APP, Answer, Authority, FakeServer, builder, clock, usual};

const OTHER: &str = "01909b8e-1c4f-7d3a-8f1e-0000000000aa";
const ELSEWHERE: &str = "01909b8e-1c4f-7d3a-8f1e-0000000000bb";
const HERE: &str = "01909b8e-1c4f-7d3a-8f1e-000000000001";

/// A customer with a licence for another app, one for this app on another device, and on the second page one for this app here.
async fn server() -> FakeServer {
    FakeServer::start(|seen, _| {
        let listed = |id: &str, app: &str| json!({ "id": id, "app_id": app });
        let page = |items: Value, next: Option<&str>| {
            Answer::json(200, &json!({ "success": true, "data": { "items": items, "next_cursor": next } }))
        };
        match seen.path.as_str() {
            "/api/v1/licenses?page_size=100" => page(json!([listed(OTHER, OTHER), listed(ELSEWHERE, APP)]), Some("c1")),
            "/api/v1/licenses?page_size=100&cursor=c1" => page(json!([listed(HERE, APP)]), None),
            path if path.contains(ELSEWHERE) => Answer::refusal(409, "device.not_bound"),
            path if path.contains(HERE) => Authority::new(1).answer(seen, |_| {}),
            _ => usual(&Authority::new(1), seen),
        }
    })
    .await
}

#[tokio::test]
async fn a_device_that_lost_its_folder_finds_its_licence_again() {
    // SDK-01
    let server = server().await;
    let client = builder(&server.url, &clock()).device_key().build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    assert_eq!(client.start().await.unwrap_err().advice(), Advice::Activate);
    assert!(client.recover().await.unwrap().valid);
    assert!(client.start_offline().await.unwrap().valid);
    let asked = server.seen("/verdict");
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|seen| seen.body["device_public_key"].is_string()));
    assert_ne!(asked[0].headers["idempotency-key"], asked[1].headers["idempotency-key"]);
}

#[tokio::test]
async fn where_nothing_is_bound_a_card_key_is_needed() {
    // SDK-01
    let server = FakeServer::start(|seen, _| match seen.path.starts_with("/api/v1/licenses") {
        true => Answer::json(200, &json!({ "data": { "items": [], "next_cursor": null } })),
        false => usual(&Authority::new(1), seen),
    })
    .await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    assert_eq!(client.recover().await.unwrap_err().advice(), Advice::Activate);
}
