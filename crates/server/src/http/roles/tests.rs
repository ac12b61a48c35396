use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::http::testing::{memory, send};

fn with(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {token}")))
}

// RBAC-01
#[actix_web::test]
async fn roles_are_made_listed_changed_and_deleted() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let root = memory.token("super_admin").await;
    let new = json!({"name": "seller", "description": "Sells", "permissions": ["card_keys:generate"]});
    let make = || with(TestRequest::post().uri("/api/v1/roles").set_json(&new), &root);
    let (response, made) = send(&app, make()).await;
    assert_eq!((response.status().as_u16(), &made["data"]["built_in"]), (201, &json!(false)));
    let (response, problem) = send(&app, make()).await;
    assert_eq!((response.status().as_u16(), &problem["code"]), (409, &json!("role.name_taken")));
    let (_, list) = send(&app, with(TestRequest::get().uri("/api/v1/roles"), &root)).await;
    assert_eq!(list["data"]["items"].as_array().unwrap().len(), 7);
    let change = |body: Value| with(TestRequest::patch().uri("/api/v1/roles/seller").set_json(body), &root);
    let (_, changed) = send(&app, change(json!({"permissions": []}))).await;
    assert_eq!((&changed["data"]["permissions"], &changed["data"]["description"]), (&json!([]), &Value::Null));
    let (response, problem) = send(&app, change(json!({"permissions": ["all"]}))).await;
    assert_eq!((response.status().as_u16(), &problem["errors"][0]["field"]), (400, &json!("permissions[0]")));
    let delete = |name: &str| with(TestRequest::delete().uri(&format!("/api/v1/roles/{name}")), &root);
    assert_eq!(send(&app, delete("seller")).await.0.status(), 200);
    assert_eq!(send(&app, delete("seller")).await.0.status(), 404);
    assert_eq!(send(&app, delete("user")).await.1["code"], "role.built_in");
    assert_eq!(send(&app, delete("%00")).await.0.status(), 404);
}

// RBAC-01, TOK-02
#[actix_web::test]
async fn roles_and_signing_keys_are_for_super_administrators() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let (root, admin) = (memory.token("super_admin").await, memory.token("admin").await);
    let rotate = |token: &str| with(TestRequest::post().uri("/api/v1/signing-keys/rotate"), token);
    assert_eq!(send(&app, rotate(&admin)).await.0.status(), 403);
    let (_, before) = send(&app, TestRequest::get().uri("/.well-known/jwks.json")).await;
    let (response, rotated) = send(&app, rotate(&root)).await;
    assert_eq!(response.status(), 200, "{rotated}");
    let (_, after) = send(&app, TestRequest::get().uri("/.well-known/jwks.json")).await;
    let counts = [&before, &after].map(|keys| keys["keys"].as_array().unwrap().len());
    assert_eq!(counts, [2, 3]);
    assert_eq!(send(&app, rotate(&root)).await.0.status(), 200, "the token of the retired key is good");
}
