use actix_http::Request;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::http::testing::{Memory, memory, send};

const PASSWORD: &str = "Correct-Horse-7";

fn post(path: &str, token: Option<&str>, body: &Value) -> TestRequest {
    let request = TestRequest::post().uri(path).set_json(body).peer_addr("203.0.113.7:1".parse().unwrap());
    with(request, token)
}

fn get(path: &str, token: &str) -> TestRequest {
    with(TestRequest::get().uri(path), Some(token))
}

fn with(request: TestRequest, token: Option<&str>) -> TestRequest {
    match token {
        Some(token) => request.insert_header(("authorization", format!("Bearer {token}"))),
        None => request,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// An account made over HTTP.
async fn user(
    memory: &Memory,
    app: &impl Service<Request, Response = ServiceResponse, Error = actix_web::Error>,
    name: &str,
) {
    let root = memory.token("super_admin").await;
    let new =
        json!({"username": name, "email": format!("{name}@example.com"), "password": PASSWORD, "roles": ["user"]});
    let (response, body) = send(app, post("/api/v1/users", Some(&root), &new)).await;
    assert_eq!(response.status(), 201, "{body}");
    assert_eq!((&body["data"]["username"], &body["data"]["must_change_password"]), (&json!(name), &json!(false)));
}

async fn login(
    app: &impl Service<Request, Response = ServiceResponse, Error = actix_web::Error>,
    name: &str,
    password: &str,
) -> (u16, Value) {
    let device = json!({"id": "laptop-1", "name": "My laptop", "type": "desktop"});
    let body = json!({"username": name, "password": password, "device": device});
    let (response, body) = send(app, post("/api/v1/auth/login", None, &body)).await;
    (response.status().as_u16(), body)
}

// AUTH-01, AUTH-11, TOK-03, SES-02, AUTH-12
#[actix_web::test]
async fn a_whole_life_of_a_session() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    user(&memory, &app, "alice").await;

    let (status, reply) = login(&app, "Alice@Example.com", PASSWORD).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(
        (&reply["success"], &reply["token_type"], &reply["expires_in"]),
        (&json!(true), &json!("Bearer"), &json!(7200))
    );
    assert_eq!(reply["message"], "登录成功");
    assert_eq!(reply["data"]["user"]["username"], "alice");
    let session = &reply["data"]["session"];
    assert_eq!((&session["device_name"], &session["ip_address"]), (&json!("My laptop"), &json!("203.0.113.7")));
    assert_eq!(session["current"], true);

    let access = text(&reply["access_token"]);
    let (response, check) = send(&app, get("/api/v1/auth/check-session", access)).await;
    assert_eq!(response.status(), 200);
    assert_eq!((&check["data"]["valid"], &check["data"]["session"]["id"]), (&json!(true), &session["id"]));
    assert_eq!(check["data"]["expires_at"], session["expires_at"]);

    let refresh = json!({"refresh_token": reply["refresh_token"]});
    let (_, renewed) = send(&app, post("/api/auth/refresh", None, &refresh)).await;
    assert_ne!(renewed["refresh_token"], reply["refresh_token"]);
    let (_, again) = send(&app, post("/api/v1/auth/refresh", None, &refresh)).await;
    assert_eq!(again["refresh_token"], renewed["refresh_token"]);
    let access = text(&renewed["access_token"]).to_owned();

    let (_, other) = login(&app, "alice", PASSWORD).await;
    let (_, list) = send(&app, get("/api/v1/auth/sessions", &access)).await;
    assert_eq!(list["data"]["total"], 2);
    let currents: Vec<_> = list["data"]["items"].as_array().unwrap().iter().map(|one| one["current"] == true).collect();
    assert_eq!(currents.iter().filter(|current| **current).count(), 1);
    let revoke = json!({"session_id": other["data"]["session"]["id"]});
    let (response, _) = send(&app, post("/api/v1/auth/sessions/revoke", Some(&access), &revoke)).await;
    assert_eq!(response.status(), 200);
    let (response, ended) = send(&app, get("/api/v1/auth/check-session", text(&other["access_token"]))).await;
    assert_eq!((response.status().as_u16(), &ended["code"]), (401, &json!("auth.session_ended")));
    assert_eq!(ended["reason"], "revoked");

    let logout = with(TestRequest::post().uri("/api/v1/auth/logout"), Some(&access));
    let (response, _) = send(&app, logout).await;
    assert_eq!(response.status(), 200, "a body may be left out");
    let (response, ended) = send(&app, get("/api/v1/auth/check-session", &access)).await;
    assert_eq!((response.status().as_u16(), &ended["reason"]), (401, &json!("logout")));
    let (response, ended) =
        send(&app, post("/api/v1/auth/refresh", None, &json!({"refresh_token": renewed["refresh_token"]}))).await;
    assert_eq!((response.status().as_u16(), &ended["code"]), (401, &json!("auth.session_ended")));
}

// AUTH-05
#[actix_web::test]
async fn five_failures_lock_and_say_for_how_long() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    user(&memory, &app, "alice").await;
    for name in ["alice", "nobody"] {
        for _ in 0..5 {
            let (status, body) = login(&app, name, "Wrong-Horse-7").await;
            assert_eq!((status, &body["code"]), (401, &json!("auth.invalid_credentials")));
        }
        let body = json!({"username": name, "password": PASSWORD});
        let (response, body) = send(&app, post("/api/v1/auth/login", None, &body)).await;
        assert_eq!((response.status().as_u16(), &body["code"]), (423, &json!("auth.locked")));
        assert_eq!(response.headers().get("retry-after").unwrap(), "1800");
        assert_eq!(body["retry_after_seconds"], 1800);
    }
}

// AUTH-02, AUTH-08
#[actix_web::test]
async fn a_password_to_be_changed_opens_nothing_but_its_change() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let token = memory.pending_token().await;
    for path in ["/api/v1/users", "/api/v1/auth/sessions"] {
        let (response, body) = send(&app, get(path, &token)).await;
        assert_eq!((response.status().as_u16(), &body["code"]), (403, &json!("auth.password_change_required")));
    }
    assert_eq!(send(&app, get("/api/v1/auth/check-session", &token)).await.0.status(), 200);
    let change = |old: &str, new: &str| {
        post("/api/v1/auth/password/change", Some(&token), &json!({"old_password": old, "new_password": new}))
    };
    let (response, body) = send(&app, change(PASSWORD, "short")).await;
    assert_eq!(response.status(), 400);
    let codes: Vec<_> = body["errors"].as_array().unwrap().iter().map(|error| text(&error["code"])).collect();
    assert_eq!(codes, ["password.too_short", "password.no_upper", "password.no_digit", "password.no_special"]);
    assert_eq!(body["errors"][0]["field"], "new_password");
    let (response, body) = send(&app, change("Wrong-Horse-7", "Battery-Staple-8")).await;
    assert_eq!((response.status().as_u16(), &body["code"]), (400, &json!("password.wrong")));
    assert_eq!(send(&app, change(PASSWORD, "Battery-Staple-8")).await.0.status(), 200);
    assert_eq!(send(&app, get("/api/v1/users", &token)).await.0.status(), 200);
}

// SEC-05
#[actix_web::test]
async fn what_is_wrong_with_a_sign_in_is_named() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    for (body, field) in [
        (json!({}), "username"),
        (json!({"username": "alice"}), "password"),
        (json!({"username": "", "password": "x"}), "username"),
        (json!({"username": 7, "password": "x"}), "username"),
        (json!({"username": "a".repeat(400), "password": "x"}), "username"),
        (json!({"username": "alice", "password": "x", "device": {"id": "d".repeat(200)}}), "device.id"),
        (json!({"username": "alice", "password": "x", "device": {"name": "a\u{1}b"}}), "device.name"),
        (json!({"username": "alice", "password": "x", "device": []}), "device"),
        (json!({"username": "alice", "password": "x", "app_id": "7"}), "app_id"),
    ] {
        let (response, problem) = send(&app, post("/api/v1/auth/login", None, &body)).await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (400, &json!("validation.failed")), "{body}");
        assert!(text(&problem["errors"][0]["field"]).starts_with(field), "{problem}");
    }
    for token in ["", "junk", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
        let (response, problem) =
            send(&app, post("/api/v1/auth/refresh", None, &json!({"refresh_token": token}))).await;
        assert_eq!((response.status().as_u16(), &problem["code"]), (401, &json!("auth.token_invalid")));
    }
}

// SEC-11
#[actix_web::test]
async fn a_sign_in_repeated_with_its_key_is_the_same_session() {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    user(&memory, &app, "alice").await;
    let sign_in = |password: &str| {
        let body = json!({"username": "alice", "password": password});
        post("/api/v1/auth/login", None, &body).insert_header(("idempotency-key", "one"))
    };
    let (_, first) = send(&app, sign_in(PASSWORD)).await;
    let (_, again) = send(&app, sign_in(PASSWORD)).await;
    assert_eq!(first["access_token"], again["access_token"]);
    let (response, _) = send(&app, sign_in("Wrong-Horse-7")).await;
    assert_eq!(response.status(), 422);
}
