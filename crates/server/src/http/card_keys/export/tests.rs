use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::EXPORTS_AT_ONCE;
use crate::http::testing::{memory, send};

// CARD-03, NFR-02
#[actix_web::test]
async fn exports_beyond_the_limit_are_told_to_come_again_and_a_finished_one_makes_room() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let bearer = ("authorization", format!("Bearer {}", memory.token("super_admin").await));
    let make = async |path: &str, body: Value| {
        let request = TestRequest::post().uri(path).insert_header(bearer.clone()).set_json(body);
        send(&app, request).await.1["data"]["id"].as_str().unwrap().to_owned()
    };
    let app_id = make("/api/v1/apps", json!({ "name": "Paint" })).await;
    let order = json!({ "app_id": app_id, "count": 3, "validity": { "type": "permanent" } });
    let batch = make("/api/v1/card-keys/batches", order).await;
    let export = |format: &str| {
        let path = format!("/api/v1/card-keys/batches/{batch}/export?format={format}");
        TestRequest::get().uri(&path).insert_header(bearer.clone())
    };

    let mut under_way = Vec::new();
    for format in ["txt", "xlsx"].into_iter().cycle().take(EXPORTS_AT_ONCE) {
        let response = app.call(export(format).to_request()).await.unwrap();
        assert_eq!(response.status(), 200);
        under_way.push(response);
    }
    let (refused, problem) = send(&app, export("csv")).await;
    assert_eq!((refused.status().as_u16(), &problem["code"]), (503, &json!("batch.export_busy")));
    assert_eq!(refused.headers().get("retry-after").unwrap(), "5");

    let sent = to_bytes(under_way.swap_remove(0).into_body()).await.unwrap();
    assert_eq!(sent.iter().filter(|byte| **byte == b'\n').count(), 3);
    assert_eq!(send(&app, export("csv")).await.0.status(), 200, "one was sent");
    under_way.push(app.call(export("csv").to_request()).await.unwrap());
    drop(under_way);
    for _ in 0..2 * EXPORTS_AT_ONCE {
        assert_eq!(send(&app, export("json")).await.0.status(), 200, "those that broke off hold no room");
    }
}
