//! The way through, driven from outside with the real middleware.

use actix_web::http::{ConnectionType, Method};
use actix_web::test::TestRequest;
use actix_web::web::{Data, ServiceConfig};
use cardkey_audit::AuditFilter;
use cardkey_domain::{AppId, PageRequest, Permission as P};
use cardkey_events::{AuditEntry, AuditStatus, Call, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use validator::Validate;

use super::access::{May, PendingPassword, Public, SignedIn};
use super::answer::{Created, Reply};
use super::error::Code;
use super::extract::{Body, Caller, Path, Visitor};
use super::message::Message;
use super::problem::Problem;
use super::route::{Route, delete, get, post};
use super::services::Services;
use super::testing::{Memory, memory, send};

#[derive(Deserialize, Validate, ToSchema)]
struct Order {
    #[validate(length(min = 1))]
    name: String,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
struct Made {
    name: String,
    nonce: String,
}

const THING: &str = "0190a5f0-0000-7000-8000-000000000001";
const MADE: Message = Message { zh: "已创建", en: "Made" };

async fn make(caller: Caller, services: Data<Services>, Body(order): Body<Order>) -> Result<Created<Made>, Problem> {
    let rotated =
        caller.once(async |call| services.identity.rotate_keys(call).await.map_err(Problem::internal)).await?;
    let made = Made { name: order.name, nonce: format!("{rotated:?}") };
    Ok(Created::new(MADE, made))
}

async fn make_slowly(caller: Caller) -> Result<Created<()>, Problem> {
    caller
        .once(async |_| {
            tokio::task::yield_now().await;
            Ok::<_, StoreError>(())
        })
        .await?;
    Ok(Created::ok(()))
}

async fn remove(caller: Caller, Path(id): Path<AppId>) -> Result<Reply<String>, Problem> {
    caller.once(async |_| Err::<(), _>(Problem::from(Code::RequestConflict))).await?;
    Ok(Reply::ok(id.to_string()))
}

async fn whoami(caller: Caller) -> Result<Reply<String>, Problem> {
    Ok(Reply::ok(caller.account().name.to_string()))
}

async fn own_row(visitor: Visitor, Body(_): Body<Order>) -> Result<Reply<()>, Problem> {
    visitor.once(async |_| Err::<(), _>(Problem::from(Code::AuthTokenInvalid).recorded())).await?;
    Ok(Reply::ok(()))
}

async fn fall() -> Result<Reply<()>, Problem> {
    panic!("a bug")
}

fn more(config: &mut ServiceConfig) {
    let routes = [
        post("/test/things", May(P::AppsWrite), "thing.make", make, "Make"),
        post("/test/slow", SignedIn, "thing.make_slowly", make_slowly, "Make slowly"),
        get("/test/me", SignedIn, "thing.me", whoami, "Me"),
        get("/test/pending", PendingPassword, "thing.pending", whoami, "Pending"),
        delete("/test/things/{id}", SignedIn, "thing.remove", remove, "Remove"),
        post("/test/public", Public, "thing.public", own_row, "Public"),
        get("/test/fall", Public, "thing.fall", fall, "Fall"),
        post("/test/fall-hard", Public, "thing.fall_hard", fall, "Fall hard"),
    ];
    for route in routes {
        let path = route.plan.path;
        config.service(actix_web::web::resource(path).route(Route::mount(route)));
    }
}

fn with_token(request: TestRequest, token: &str) -> TestRequest {
    request.insert_header(("authorization", format!("Bearer {token}")))
}

fn order(token: &str) -> TestRequest {
    with_token(TestRequest::post().uri("/test/things"), token).set_json(json!({ "name": "one" }))
}

async fn rows(memory: &Memory) -> Vec<AuditEntry> {
    memory.services.audit.list(&AuditFilter::default(), &PageRequest::first()).await.unwrap().items
}

/// Sends a request as an administrator.
async fn refused(request: TestRequest) -> (u16, String) {
    let memory = memory().await;
    let admin = memory.token("super_admin").await;
    let (response, body) = send(&memory.app(more).await, with_token(request, &admin)).await;
    assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json", "{body}");
    (response.status().as_u16(), body["code"].as_str().unwrap().to_owned())
}

// RBAC-01, AUTH-02
#[actix_web::test]
async fn the_table_decides_who_may_call() {
    let memory = memory().await;
    let app = memory.app(more).await;
    let (user, auditor, pending) =
        (memory.token("user").await, memory.token("auditor").await, memory.pending_token().await);
    let (user, auditor, pending) = (Some(&user), Some(&auditor), Some(&pending));
    let forged = "forged".to_owned();
    for (path, token, status, code) in [
        ("/test/me", None, 401, "auth.required"),
        ("/test/me", Some(&forged), 401, "auth.token_invalid"),
        ("/test/me", user, 200, ""),
        ("/test/me", pending, 403, "auth.password_change_required"),
        ("/test/pending", pending, 200, ""),
        ("/api/v1/audit-logs", pending, 403, "auth.password_change_required"),
        ("/api/v1/audit-logs", user, 403, "auth.forbidden"),
        ("/api/v1/audit-logs", auditor, 200, ""),
        ("/api/v1/dashboard", user, 403, "auth.forbidden"),
        ("/api/v1/dashboard", auditor, 200, ""),
        ("/health", None, 401, "auth.required"),
        ("/health", auditor, 200, ""),
    ] {
        let request = TestRequest::get().uri(path);
        let request = token.into_iter().fold(request, |request, token| with_token(request, token));
        let (response, body) = send(&app, request).await;
        assert_eq!(response.status().as_u16(), status, "{path}: {body}");
        assert_eq!(body["code"].as_str().unwrap_or_default(), code);
    }
}

// AUD-01
#[actix_web::test]
async fn a_refused_change_and_a_trespass_are_written_down_and_a_question_put_badly_is_not() {
    let memory = memory().await;
    let app = memory.app(more).await;
    let (user, admin) = (memory.token("user").await, memory.token("admin").await);
    send(&app, order(&user)).await;
    send(&app, with_token(TestRequest::post().uri("/test/things"), &admin).set_json(json!({ "name": "" }))).await;
    send(&app, with_token(TestRequest::get().uri("/api/v1/audit-logs"), &user)).await;
    send(&app, with_token(TestRequest::get().uri("/api/v1/audit-logs?page_size=0"), &admin)).await;
    send(&app, TestRequest::get().uri("/test/me")).await;
    send(&app, TestRequest::get().uri("/test/fall")).await;
    send(&app, TestRequest::post().uri("/test/fall-hard")).await;
    send(&app, TestRequest::post().uri("/test/public").set_json(json!({ "name": "x" }))).await;
    send(&app, with_token(TestRequest::delete().uri(&format!("/test/things/{THING}")), &user)).await;
    let mut rows: Vec<_> = rows(&memory)
        .await
        .into_iter()
        .filter(|row| row.status != AuditStatus::Ok)
        .map(|row| (row.action, row.code.unwrap(), row.actor, row.status.as_str()))
        .collect();
    rows.sort();
    let rows: Vec<_> = rows
        .iter()
        .map(|(action, code, actor, status)| (action.as_str(), code.as_str(), &actor[..4], *status))
        .collect();
    assert_eq!(
        rows,
        [
            ("audit_log.list", "auth.forbidden", "user", "refused"),
            ("thing.fall_hard", "system.internal", "nobo", "failed"),
            ("thing.make", "auth.forbidden", "user", "refused"),
            ("thing.make", "validation.failed", "admi", "refused"),
            ("thing.me", "auth.required", "nobo", "refused"),
            ("thing.remove", "request.conflict", "user", "refused"),
        ]
    );
}

// AUD-01
#[actix_web::test]
async fn what_is_too_much_for_a_row_each_is_summed_up() {
    let memory = memory().await;
    let app = memory.app(more).await;
    for _ in 0..230 {
        send(&app, TestRequest::get().uri("/test/me")).await;
    }
    send(&app, TestRequest::post().uri("/test/things")).await;
    let call = Call::by_system("test", "test".into());
    assert_eq!(rows(&memory).await.len(), 20, "a page of them");
    assert_eq!(memory.services.refusals.sum_up(&call).await.unwrap(), 31);
    assert_eq!(memory.services.refusals.sum_up(&call).await.unwrap(), 0);
    let filter = AuditFilter { action: Some("audit_log.sum_up".into()), ..AuditFilter::default() };
    let sum = memory.services.audit.list(&filter, &PageRequest::first()).await.unwrap().items.remove(0);
    assert_eq!(sum.status, AuditStatus::Refused);
    assert_eq!(sum.details["count"], 31);
    let calls = json!([
        { "operation": "thing.make", "code": "auth.required", "count": 1 },
        { "operation": "thing.me", "code": "auth.required", "count": 30 },
    ]);
    assert_eq!(sum.details["calls"], calls);
}

// SEC-11
#[actix_web::test]
async fn a_retry_gets_the_same_reply_and_another_body_is_refused() {
    let memory = memory().await;
    let app = memory.app(more).await;
    let admin = memory.token("admin").await;
    let keyed = |key: &'static str| order(&admin).insert_header(("idempotency-key", key));
    let (first, body) = send(&app, keyed("k-1")).await;
    assert_eq!((first.status().as_u16(), first.headers().contains_key("idempotency-replayed")), (201, false));
    let (again, replay) = send(&app, keyed("k-1")).await;
    assert_eq!(
        (again.status().as_u16(), again.headers().get("idempotency-replayed").unwrap().as_bytes()),
        (201, &b"true"[..])
    );
    assert_eq!(replay["data"], body["data"]);
    let (_, unkeyed) = send(&app, order(&admin)).await;
    assert_ne!(unkeyed["data"], body["data"]);

    let (other, problem) = send(&app, keyed("k-1").set_json(json!({ "name": "two" }))).await;
    assert_eq!((other.status().as_u16(), problem["code"].as_str().unwrap()), (422, "idempotency.mismatch"));
    let (_, problem) = send(&app, keyed("a b")).await;
    assert_eq!(problem["code"], "idempotency.malformed_key");
    let stranger = memory.token("admin").await;
    let (_, own) = send(&app, order(&stranger).insert_header(("idempotency-key", "k-1"))).await;
    assert_ne!(own["data"], body["data"], "keys belong to their caller");
}

// SEC-11
#[actix_web::test]
async fn the_same_request_twice_at_a_time_is_refused() {
    let memory = memory().await;
    let app = memory.app(more).await;
    let admin = memory.token("admin").await;
    let keyed = || order(&admin).uri("/test/slow").insert_header(("idempotency-key", "k-1"));
    let (first, second) = futures::join!(send(&app, keyed()), send(&app, keyed()));
    let mut statuses = [first.0.status().as_u16(), second.0.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let rows = rows(&memory).await;
    let refused = rows.iter().find(|row| row.action == "thing.make_slowly").unwrap();
    assert_eq!(refused.code.as_deref(), Some("idempotency.in_flight"));
}

// SEC-03, SEC-06
#[actix_web::test]
async fn every_response_carries_the_headers() {
    let app = memory().await.app(more).await;
    for path in ["/livez", "/nowhere", "/test/fall", "/docs", "/test/me"] {
        let (response, _) = send(&app, TestRequest::get().uri(path).insert_header(("x-request-id", "mine-1"))).await;
        let header = |name: &str| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        assert_eq!(header("x-request-id"), "mine-1", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("x-frame-options"), "DENY");
        assert_eq!(header("x-xss-protection"), "1; mode=block");
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert!(header("permissions-policy").contains("camera=()"));
        assert!(header("content-security-policy").contains("default-src 'none'"));
        assert!(!header("content-security-policy").contains("script-src 'unsafe-inline'"));
        assert_eq!(header("strict-transport-security"), "", "plain http promises no https");
    }
}

// SEC-05, SEC-06
#[actix_web::test]
async fn bad_requests_get_precise_refusals() {
    let json = ("content-type", "application/json");
    let post = || TestRequest::post().uri("/test/things");
    let expect = |status, code: &str| (status, code.to_owned());
    assert_eq!(refused(TestRequest::get().uri("/nowhere")).await, expect(404, "request.not_found"));
    assert_eq!(refused(TestRequest::post().uri("/nowhere").set_payload("x")).await, expect(404, "request.not_found"));
    assert_eq!(refused(TestRequest::post().uri("/livez")).await, expect(405, "request.method_not_allowed"));
    assert_eq!(refused(post()).await, expect(400, "request.body_missing"));
    assert_eq!(refused(post().set_payload("{}")).await, expect(415, "request.unsupported_media_type"));
    assert_eq!(refused(post().insert_header(json).set_payload("{")).await, expect(400, "request.malformed_json"));
    assert_eq!(refused(post().insert_header(json).set_payload("{}")).await, expect(400, "validation.failed"));
    let large = "x".repeat(10 * 1024 * 1024);
    assert_eq!(refused(post().insert_header(json).set_payload(large)).await, expect(413, "request.too_large"));
    let removed = TestRequest::delete().uri("/test/things/junk");
    assert_eq!(refused(removed).await, expect(400, "validation.failed"));
    let huge = "/api/v1/audit-logs?page_size=1000000000";
    assert_eq!(refused(TestRequest::get().uri(huge)).await, expect(400, "validation.failed"));
    let script = "/api/v1/audit-logs?level=%3Cscript%3E&status='%20OR%201=1&ip=x&from=y&user_id=z";
    assert_eq!(refused(TestRequest::get().uri(script)).await, expect(400, "validation.failed"));
}

// SEC-06
#[actix_web::test]
async fn a_panic_is_a_refusal_like_any_other() {
    assert_eq!(refused(TestRequest::get().uri("/test/fall")).await, (500, "system.internal".to_owned()));
}

// SEC-06
#[actix_web::test]
async fn messages_follow_the_language_asked_for() {
    let memory = memory().await;
    let app = memory.app(more).await;
    let admin = memory.token("admin").await;
    let (_, body) = send(&app, order(&admin)).await;
    assert_eq!(body["message"], "已创建");
    let (_, body) = send(&app, order(&admin).insert_header(("accept-language", "en-GB"))).await;
    assert_eq!(body["message"], "Made");
    let (_, body) = send(&app, TestRequest::get().uri("/nowhere").insert_header(("accept-language", "en"))).await;
    assert_eq!(body["message"], "There is nothing at this address");
}

// OPS-05
#[actix_web::test]
async fn a_process_on_its_way_out_is_alive_and_not_ready() {
    let memory = memory().await;
    let app = memory.app(more).await;
    assert_eq!(send(&app, TestRequest::get().uri("/readyz")).await.0.status(), 200);
    memory.services.traffic.start_draining();
    let (response, _) = send(&app, TestRequest::get().uri("/readyz")).await;
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.head().connection_type(), ConnectionType::Close);
    assert_eq!(send(&app, TestRequest::get().uri("/livez")).await.0.status(), 200);
    memory.services.traffic.drained().await;
}

// OPS-05
#[actix_web::test]
async fn head_is_answered_where_get_is() {
    let app = memory().await.app(more).await;
    let head = TestRequest::default().method(Method::HEAD).uri("/livez");
    assert_eq!(send(&app, head).await.0.status(), 200);
}

// AUD-02
#[actix_web::test]
async fn the_audit_log_is_listed_in_the_envelope() {
    let memory = memory().await;
    memory.audit.append(cardkey_audit::memory::an_entry("app.register"));
    let app = memory.app(more).await;
    let auditor = memory.token("auditor").await;
    let (_, body) = send(&app, with_token(TestRequest::get().uri("/api/v1/audit-logs?action=app"), &auditor)).await;
    assert_eq!(body["success"], true);
    let data = &body["data"];
    assert_eq!((&data["total"], &data["page"], &data["page_size"]), (&json!(1), &json!(1), &json!(20)));
    assert_eq!((&data["next_cursor"], &data["items"][0]["action"]), (&Value::Null, &json!("app.register")));
}
