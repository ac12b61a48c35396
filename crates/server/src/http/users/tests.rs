use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::http::testing::{memory, send};

const PASSWORD: &str = "Correct-Horse-7";

fn with(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {token}")))
}

fn post(path: &str, token: &str, body: &Value) -> TestRequest {
    with(TestRequest::post().uri(path).set_json(body), token)
}

fn patch(path: &str, token: &str, body: &Value) -> TestRequest {
    with(TestRequest::patch().uri(path).set_json(body), token)
}

fn get(path: &str, token: &str) -> TestRequest {
    with(TestRequest::get().uri(path), token)
}

// RBAC-02
#[actix_web::test]
async fn accounts_are_made_found_changed_and_shut_off() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let root = memory.token("super_admin").await;
    let new = json!({"username": "alice", "email": "alice@example.com", "password": PASSWORD});
    let (response, made) = send(&app, post("/api/v1/users", &root, &new)).await;
    assert_eq!(response.status(), 201, "{made}");
    assert_eq!(made["data"]["roles"], json!(["user"]));
    let (response, problem) = send(&app, post("/api/v1/users", &root, &new)).await;
    assert_eq!((response.status().as_u16(), &problem["code"]), (409, &json!("user.name_taken")));
    let other = json!({"username": "alicia", "email": "ALICE@example.com", "password": PASSWORD});
    let (_, problem) = send(&app, post("/api/v1/users", &root, &other)).await;
    assert_eq!(problem["code"], "user.email_taken");

    let (_, list) = send(&app, get("/api/v1/users?q=ALI&role=user&status=active", &root)).await;
    assert_eq!((&list["data"]["total"], &list["data"]["items"][0]["id"]), (&json!(1), &made["data"]["id"]));
    let own = format!("/api/v1/users/{}", made["data"]["id"].as_str().unwrap());
    let (_, shown) = send(&app, get(&own, &root)).await;
    assert_eq!(shown["data"], made["data"]);

    let (_, reply) = send(
        &app,
        TestRequest::post().uri("/api/v1/auth/login").set_json(json!({"username": "alice", "password": PASSWORD})),
    )
    .await;
    let token = reply["access_token"].as_str().unwrap().to_owned();
    let (response, _) = send(&app, get("/api/v1/users", &token)).await;
    assert_eq!(response.status(), 403);
    let (_, sessions) = send(&app, get(&format!("{own}/sessions"), &root)).await;
    assert_eq!(sessions["data"]["items"][0]["id"], reply["data"]["session"]["id"]);
    assert_eq!(sessions["data"]["items"][0]["current"], false);

    let (response, changed) = send(&app, patch(&own, &root, &json!({"email": null, "roles": ["auditor"]}))).await;
    assert_eq!((response.status().as_u16(), &changed["data"]["email"]), (200, &Value::Null));
    assert_eq!(send(&app, get("/api/v1/users", &token)).await.0.status(), 200, "the role is felt at once");

    let revoke = json!({"session_id": reply["data"]["session"]["id"]});
    let (response, _) = send(&app, post(&format!("{own}/sessions/revoke"), &root, &revoke)).await;
    assert_eq!(response.status(), 200);
    let (response, _) = send(&app, with(TestRequest::post().uri(&format!("{own}/sign-out")), &root)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(send(&app, get("/api/v1/users", &token)).await.0.status(), 401);
    assert_eq!(send(&app, patch(&own, &root, &json!({"status": "disabled"}))).await.0.status(), 200);
    let (response, problem) = send(
        &app,
        TestRequest::post().uri("/api/v1/auth/login").set_json(json!({"username": "alice", "password": PASSWORD})),
    )
    .await;
    assert_eq!((response.status().as_u16(), &problem["code"]), (403, &json!("auth.account_disabled")));
}

// RBAC-01, RBAC-02
#[actix_web::test]
async fn nobody_gives_more_than_they_hold_and_the_last_super_administrator_stays() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let (root, admin) = (memory.token("super_admin").await, memory.token("admin").await);
    let new = |name: &str, roles: Value| json!({"username": name, "password": PASSWORD, "roles": roles});
    let (response, problem) = send(&app, post("/api/v1/users", &admin, &new("eve", json!(["super_admin"])))).await;
    assert_eq!((response.status().as_u16(), &problem["code"]), (403, &json!("role.grants_too_much")));
    assert_eq!(send(&app, post("/api/v1/users", &admin, &new("eve", json!(["operator"])))).await.0.status(), 201);
    let (_, list) = send(&app, get("/api/v1/users?role=super_admin", &root)).await;
    let own = format!("/api/v1/users/{}", list["data"]["items"][0]["id"].as_str().unwrap());
    for change in [json!({"roles": []}), json!({"status": "disabled"})] {
        let (response, problem) = send(&app, patch(&own, &admin, &change)).await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (403, &json!("role.grants_too_much")));
        let (response, problem) = send(&app, patch(&own, &root, &change)).await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (409, &json!("user.last_super_admin")));
    }
}

// AUTH-03, AUTH-04, SEC-05
#[actix_web::test]
async fn what_is_wrong_with_an_account_is_named() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let root = memory.token("super_admin").await;
    for (body, field, code) in [
        (json!({"username": "a", "password": PASSWORD}), "username", "user_name.malformed"),
        (json!({"username": "<script>", "password": PASSWORD}), "username", "user_name.malformed"),
        (json!({"username": "alice", "email": "junk", "password": PASSWORD}), "email", "email.malformed"),
        (json!({"username": "alice", "password": "password"}), "password", "password.no_upper"),
        (json!({"username": "alice"}), "password", "required"),
        (json!({"username": "alice", "password": PASSWORD, "password_hash": "x"}), "password_hash", "mismatch"),
        (json!({"username": "alice", "password_hash": "plain"}), "password_hash", "malformed"),
        (json!({"username": "alice", "password": PASSWORD, "roles": ["Bad Role"]}), "roles[0]", "malformed"),
        (json!({"username": "alice", "password": PASSWORD, "roles": ["no_such"]}), "roles", "unknown_value"),
        (json!({"username": "alice", "password": PASSWORD, "roles": "user"}), "roles", "wrong_type"),
    ] {
        let (response, problem) = send(&app, post("/api/v1/users", &root, &body)).await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (400, &json!("validation.failed")), "{problem}");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
    let (response, _) = send(&app, get("/api/v1/users/7", &root)).await;
    assert_eq!(response.status(), 400);
    let (response, problem) = send(&app, get("/api/v1/users/0190a5f0-0000-7000-8000-000000000001", &root)).await;
    assert_eq!((response.status().as_u16(), &problem["code"]), (404, &json!("user.not_found")));
}

// AUTH-04
#[actix_web::test]
async fn an_imported_hash_signs_in() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let root = memory.token("super_admin").await;
    // "abc", cost 6, made by another implementation of bcrypt
    let hash = "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i";
    let new = json!({"username": "alice", "password_hash": hash, "must_change_password": true});
    assert_eq!(send(&app, post("/api/v1/users", &root, &new)).await.0.status(), 201);
    for _ in 0..2 {
        let login =
            TestRequest::post().uri("/api/v1/auth/login").set_json(json!({"username": "alice", "password": "abc"}));
        let (response, reply) = send(&app, login).await;
        assert_eq!((response.status().as_u16(), &reply["data"]["user"]["must_change_password"]), (200, &json!(true)));
    }
}
