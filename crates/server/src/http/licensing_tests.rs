//! Licensing over HTTP, with stores in memory: the wire contract of `api.md`, and that bad input changes nothing.

use actix_http::Request;
use actix_web::Error;
use actix_web::body::to_bytes;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::testing::{Memory, memory, send};

struct World<S> {
    memory: Memory,
    app: S,
    operator: String,
    customer: String,
}

async fn world() -> World<impl Service<Request, Response = ServiceResponse, Error = Error>> {
    let memory = memory().await;
    let app = memory.app(|_| {}).await;
    let (operator, customer) = (memory.token("super_admin").await, memory.token("user").await);
    World { memory, app, operator, customer }
}

impl<S: Service<Request, Response = ServiceResponse, Error = Error>> World<S> {
    async fn call(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> (u16, Value) {
        let mut request = TestRequest::default().method(method).uri(path);
        if !token.is_empty() {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        let (response, body) = send(&self.app, request).await;
        (response.status().as_u16(), body)
    }

    async fn operate(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(&self.operator, Method::POST, path, Some(&body)).await
    }

    async fn look(&self, path: &str) -> Value {
        let (status, body) = self.call(&self.operator, Method::GET, path, None).await;
        assert_eq!(status, 200, "{path}: {body}");
        body["data"].clone()
    }

    async fn download(&self, path: &str) -> (String, Vec<u8>) {
        let request =
            TestRequest::get().uri(path).insert_header(("authorization", format!("Bearer {}", self.operator)));
        let response = self.app.call(request.to_request()).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let content_type = response.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        (content_type, to_bytes(response.into_body()).await.unwrap().to_vec())
    }

    async fn register(&self) -> String {
        let (status, body) = self.operate("/api/v1/apps", json!({"name": "Trader"})).await;
        assert_eq!(status, 201, "{body}");
        body["data"]["id"].as_str().unwrap().to_owned()
    }

    async fn codes(&self, app: &str, order: Value) -> (String, Vec<String>) {
        let mut whole = json!({"app_id": app, "count": 1, "validity": {"type": "days", "days": 30}});
        whole.as_object_mut().unwrap().extend(order.as_object().unwrap().clone());
        let (status, body) = self.operate("/api/v1/card-keys/batches", whole).await;
        assert_eq!(status, 201, "{body}");
        let id = body["data"]["id"].as_str().unwrap().to_owned();
        let (_, text) = self.download(&format!("/api/v1/card-keys/batches/{id}/export?format=txt")).await;
        (id, String::from_utf8(text).unwrap().lines().map(str::to_owned).collect())
    }

    async fn activate(&self, code: &str, device: u32) -> (u16, Value) {
        let body = json!({"card_key": code, "device_info": device_info(device), "nonce": "n-1"});
        let outcome = self.call(&self.customer, Method::POST, "/api/v1/card-keys/activate", Some(&body)).await;
        // Accounts are identity's; the store in memory sees only those it was told of.
        let list = self.look("/api/v1/card-keys?status=activated").await;
        for owner in list["items"].as_array().unwrap().iter().filter_map(|card| card["owner_id"].as_str()) {
            self.memory.licensing.put_account(owner.parse().unwrap(), "customer", true);
        }
        outcome
    }

    async fn verify(&self, verdict: &str, device: u32) -> Value {
        let body = json!({"license": verdict, "device_info": device_info(device), "nonce": "n-2"});
        let (status, body) = self.call("", Method::POST, "/api/v1/card-keys/verify", Some(&body)).await;
        assert_eq!(status, 200, "{body}");
        body["data"].clone()
    }
}

fn device_info(number: u32) -> Value {
    json!({
        "cpu_id": format!("BFEBFBFF{number:08}"), "motherboard_id": format!("PF{number:06}"),
        "mac_address": "00:1A:2B:3C:4D:5E", "name": "desk", "os": "Windows 11",
    })
}

// CARD-06, CARD-08, CARD-10
#[actix_web::test]
async fn a_card_key_is_sold_redeemed_checked_and_stopped() {
    let world = world().await;
    let app = world.register().await;
    let (_, codes) = world.codes(&app, json!({})).await;
    let (status, body) = world.activate(&codes[0].to_lowercase(), 1).await;
    assert_eq!((status, body["message"].as_str()), (200, Some("卡密激活成功")), "{body}");
    let data = &body["data"];
    assert_eq!(data["app_id"], json!(app));
    let verdict = data["verdict"].as_str().unwrap();

    let answer = world.verify(verdict, 1).await;
    assert_eq!((&answer["valid"], &answer["code"]), (&json!(true), &json!("VALID")));
    assert_eq!(answer["expires_at"], data["expires_at"]);
    assert_eq!(world.verify(verdict, 2).await["code"], "DEVICE_MISMATCH");

    let (status, body) = world.activate(&codes[0], 1).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("device.already_bound")));
    assert_eq!(body["message"], "设备已绑定");
    let (status, body) = world.activate(&codes[0], 2).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("card_key.already_used")));

    let card = world.look(&format!("/api/v1/card-keys?q={}", codes[0])).await["items"][0].clone();
    assert_eq!(card["status"], "activated");
    assert_eq!(card["masked"], json!(format!("{}-****-****-{}", &codes[0][..4], &codes[0][15..])));
    let id = card["id"].as_str().unwrap();
    let (status, _) = world.operate(&format!("/api/v1/card-keys/{id}/disable"), json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(world.verify(verdict, 1).await["code"], "DISABLED");
    let (status, body) = world.activate(&codes[0], 1).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("card_key.disabled")));
    let (status, body) = world.operate(&format!("/api/v1/card-keys/{id}/disable"), json!({})).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("card_key.illegal_state")));
    world.operate(&format!("/api/v1/card-keys/{id}/enable"), json!({})).await;
    let (status, body) = world.operate(&format!("/api/v1/card-keys/{id}/extend"), json!({"days": 5})).await;
    assert_eq!(status, 200, "{body}");
    let detail = world.look(&format!("/api/v1/card-keys/{id}")).await;
    assert_eq!(detail["devices"][0]["id"], data["device_id"]);
    let (status, _) = world.operate(&format!("/api/v1/card-keys/{id}/unbind"), Value::Null).await;
    assert_eq!(status, 400, "null is no body of this kind");
    let (status, _) = world.call(&world.operator, Method::POST, &format!("/api/v1/card-keys/{id}/unbind"), None).await;
    assert_eq!(status, 200);
    assert_eq!(world.verify(verdict, 1).await["code"], "DEVICE_UNBOUND");
    let (status, body) = world.call(&world.operator, Method::DELETE, &format!("/api/v1/card-keys/{id}"), None).await;
    assert_eq!((status, body["data"]["status"].as_str()), (200, Some("deleted")));
    let (status, body) = world.activate(&codes[0], 1).await;
    assert_eq!((status, body["message"].as_str()), (400, Some("无效的卡密")));
    let (status, _) = world.operate(&format!("/api/v1/card-keys/{id}/restore"), json!({})).await;
    assert_eq!(status, 200);
    let (_, revealed) = world.operate(&format!("/api/v1/card-keys/{id}/reveal"), json!({})).await;
    assert_eq!(revealed["data"]["card_key"], json!(codes[0]));
}

// CARD-01, CARD-06, SEC-05
#[actix_web::test]
async fn what_is_no_card_key_is_refused_in_the_same_words_as_an_unknown_one() {
    let world = world().await;
    for code in ["", "short", "AAAA-BBBB-CCCC-DDDD", "AAAA-BBBB-CCCC-DDDDE", "'; DROP TABLE card_keys;--", "卡密"] {
        let (status, body) = world.activate(code, 1).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("card_key.invalid")), "{code}");
        assert_eq!(body["message"], "无效的卡密");
    }
    let activate = "/api/v1/card-keys/activate";
    for (body, field) in [
        (json!({"card_key": 7, "device_info": {}}), "card_key"),
        (json!({"card_key": "x"}), "device_info"),
        (json!({"card_key": "x", "device_info": {"cpu_id": 7}}), "device_info.cpu_id"),
        (json!({"card_key": "x", "device_info": {"cpu_id": "x".repeat(257)}}), "device_info.cpu_id"),
        (json!({"card_key": "x", "device_info": {}, "nonce": "a b"}), "nonce"),
        (json!({"card_key": "x", "device_info": {}, "device_public_key": "AAAA"}), "device_public_key"),
    ] {
        let (status, answer) = world.call(&world.customer, Method::POST, activate, Some(&body)).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("validation.failed")), "{body}");
        assert_eq!(answer["errors"][0]["field"], field, "{answer}");
    }
    let (status, _) = world.call("", Method::POST, activate, Some(&json!({}))).await;
    assert_eq!(status, 401);
}

// DEV-01
#[actix_web::test]
async fn junk_serials_are_named() {
    let world = world().await;
    let app = world.register().await;
    let (_, codes) = world.codes(&app, json!({})).await;
    let info = json!({"cpu_id": "0000", "motherboard_id": "Default string", "mac_address": "00:00:00:00:00:00"});
    let body = json!({"card_key": codes[0], "device_info": info});
    let (status, body) = world.call(&world.customer, Method::POST, "/api/v1/card-keys/activate", Some(&body)).await;
    assert_eq!((status, body["code"].as_str()), (400, Some("device.unidentifiable")));
    let fields: Vec<_> = body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["device_info.cpu_id", "device_info.motherboard_id", "device_info.mac_address"]);
}

// LIC-01, SEC-05
#[actix_web::test]
async fn what_is_no_verdict_is_a_400() {
    let world = world().await;
    for license in ["", "a.b.c", "eyJhbGciOiJub25lIn0.eyJhdWQiOiIxIn0."] {
        let body = json!({"license": license, "device_info": device_info(1), "nonce": "n"});
        let (status, body) = world.call("", Method::POST, "/api/v1/card-keys/verify", Some(&body)).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("verdict.invalid")), "{license}");
    }
}

// CARD-02
#[actix_web::test]
async fn an_order_is_finished_or_under_way_and_refused_field_by_field() {
    let world = world().await;
    let app = world.register().await;
    let order = |count: Value| json!({"app_id": app, "count": count, "validity": {"type": "permanent"}});
    let (status, body) = world.operate("/api/v1/card-keys/batches", order(json!(1_001))).await;
    assert_eq!((status, body["data"]["status"].as_str()), (202, Some("running")));
    assert_eq!(body["data"]["progress"], 0);
    let batch = body["data"]["id"].as_str().unwrap().to_owned();
    let (status, body) = world.operate(&format!("/api/v1/card-keys/batches/{batch}/cancel"), json!({})).await;
    assert_eq!((status, body["data"]["status"].as_str()), (200, Some("cancelled")));
    for (change, field) in [
        (json!({"count": 0}), "count"),
        (json!({"count": 1_000_001}), "count"),
        (json!({"count": -1}), "count"),
        (json!({"validity": {"type": "days"}}), "validity.days"),
        (json!({"validity": {"type": "days", "days": 0}}), "validity.days"),
        (json!({"validity": {"type": "until", "until": "2020-01-01T00:00:00Z"}}), "validity.until"),
        (json!({"validity": {"type": "eternal"}}), "validity.type"),
        (json!({"max_devices": 0}), "max_devices"),
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"app_id": "x"}), "app_id"),
    ] {
        let mut body = order(json!(1));
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, answer) = world.operate("/api/v1/card-keys/batches", body).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("validation.failed")), "{change}");
        assert_eq!(answer["errors"][0]["field"], field, "{answer}");
    }
    let unknown = json!({"app_id": batch, "count": 1, "validity": {"type": "permanent"}});
    let (status, body) = world.operate("/api/v1/card-keys/batches", unknown).await;
    assert_eq!((status, body["code"].as_str()), (404, Some("app.not_found")));
}

// CARD-03
#[actix_web::test]
async fn a_batch_is_exported_in_four_formats() {
    let world = world().await;
    let app = world.register().await;
    let (batch, codes) = world.codes(&app, json!({"count": 3, "note": "=1+1"})).await;
    assert_eq!(codes.len(), 3);
    let path = |format: &str| format!("/api/v1/card-keys/batches/{batch}/export?format={format}");
    let (kind, bytes) = world.download(&path("csv")).await;
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(kind, "text/csv; charset=utf-8");
    assert!(text.starts_with("\u{feff}card_key,status,validity,"), "{text}");
    assert!(text.contains(&codes[0]) && text.contains(",'=1+1,"), "{text}");
    let (_, bytes) = world.download(&path("json")).await;
    let rows: Vec<Value> = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((rows.len(), rows[2]["note"].as_str()), (3, Some("=1+1")));
    let (kind, bytes) = world.download(&path("xlsx")).await;
    assert!(kind.contains("spreadsheetml") && bytes.starts_with(b"PK"));
    let (status, body) = world.call(&world.operator, Method::GET, &path("pdf"), None).await;
    assert_eq!((status, body["errors"][0]["code"].as_str()), (400, Some("unknown_value")));
    let (status, _) = world.call(&world.customer, Method::GET, &path("txt"), None).await;
    assert_eq!(status, 403);
}

// DEV-03, DEV-06
#[actix_web::test]
async fn devices_are_shown_and_shut_out() {
    let world = world().await;
    let app = world.register().await;
    let (_, codes) = world.codes(&app, json!({})).await;
    let (_, body) = world.activate(&codes[0], 1).await;
    let (device, verdict) = (body["data"]["device_id"].clone(), body["data"]["verdict"].as_str().unwrap().to_owned());
    let list = world.look(&format!("/api/v1/devices?app_id={app}")).await;
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["online"]), (&device, &json!(true)));
    let shown = world.look(&format!("/api/v1/devices/{}", device.as_str().unwrap())).await;
    assert_eq!(shown["components"].as_array().unwrap().len(), 3);

    let entry = json!({"kind": "component", "value": shown["components"][0]["hash"], "reason": "fraud"});
    let (status, body) = world.operate("/api/v1/blacklist", entry).await;
    assert_eq!(status, 201, "{body}");
    assert_eq!(world.verify(&verdict, 1).await["code"], "BLACKLISTED");
    let id = body["data"]["id"].as_str().unwrap();
    let (status, body) = world.call(&world.operator, Method::DELETE, &format!("/api/v1/blacklist/{id}"), None).await;
    assert_eq!((status, &body["data"]["in_force"]), (200, &json!(false)));
    assert_eq!(world.verify(&verdict, 1).await["code"], "VALID");
    assert_eq!(world.look("/api/v1/blacklist?in_force=true").await["total"], 0);
    let bad = json!({"kind": "network", "value": "999.1.1.1", "reason": "x"});
    let (status, body) = world.operate("/api/v1/blacklist", bad).await;
    assert_eq!((status, body["errors"][0]["field"].as_str()), (400, Some("value")));
}

// CARD-08, LIC-04
#[actix_web::test]
async fn a_customer_sees_own_licences_and_gets_a_verdict_anew() {
    let world = world().await;
    let app = world.register().await;
    let (_, codes) = world.codes(&app, json!({})).await;
    let (_, body) = world.activate(&codes[0], 1).await;
    let licence = body["data"]["license_id"].as_str().unwrap();
    let (_, list) = world.call(&world.customer, Method::GET, "/api/v1/licenses", None).await;
    assert_eq!((&list["data"]["items"][0]["id"], &list["data"]["total"]), (&json!(licence), &json!(1)));
    let path = format!("/api/v1/licenses/{licence}/verdict");
    let ask = json!({"device_info": device_info(1)});
    let (status, body) = world.call(&world.customer, Method::POST, &path, Some(&ask)).await;
    assert_eq!((status, body["data"]["code"].as_str()), (200, Some("VALID")), "{body}");
    let (status, _) = world.call(&world.operator, Method::POST, &path, Some(&ask)).await;
    assert_eq!(status, 404, "another's licence does not exist");
    let other = json!({"device_info": device_info(2)});
    let (status, body) = world.call(&world.customer, Method::POST, &path, Some(&other)).await;
    assert_eq!((status, body["code"].as_str()), (409, Some("device.not_bound")));
}

// APP-01, APP-07
#[actix_web::test]
async fn an_app_is_changed_field_by_field_and_its_keys_are_public() {
    let world = world().await;
    let app = world.register().await;
    let path = format!("/api/v1/apps/{app}");
    let change = json!({"description": "charts", "policy": {"minimum_version": "2.0.0", "entitlements": ["pro"]}});
    let (status, body) = world.call(&world.operator, Method::PATCH, &path, Some(&change)).await;
    assert_eq!(status, 200, "{body}");
    let change = json!({"policy": {"minimum_version": null}});
    let (_, body) = world.call(&world.operator, Method::PATCH, &path, Some(&change)).await;
    let data = &body["data"];
    assert_eq!((&data["description"], &data["policy"]["entitlements"]), (&json!("charts"), &json!(["pro"])));
    assert_eq!((&data["policy"]["minimum_version"], &data["policy"]["lease_hours"]), (&Value::Null, &json!(72)));
    for (change, field) in [
        (json!({"policy": {"lease_hours": 0}}), "policy.lease_hours"),
        (json!({"policy": {"minimum_version": "two"}}), "policy.minimum_version"),
        (json!({"policy": {"unknown": 1}}), "policy.unknown"),
        (json!({"name": ""}), "name"),
        (json!({"status": "gone"}), "status"),
    ] {
        let (status, body) = world.call(&world.operator, Method::PATCH, &path, Some(&change)).await;
        assert_eq!((status, body["errors"][0]["field"].as_str()), (400, Some(field)), "{change} {body}");
    }
    let (status, keys) = world.call("", Method::GET, &format!("{path}/keys"), None).await;
    assert_eq!((status, keys["keys"].as_array().map(Vec::len)), (200, Some(2)));
    let (status, body) = world.call(&world.operator, Method::POST, &format!("{path}/keys/rotate"), None).await;
    assert_eq!((status, body["data"]["keys"].as_array().map(Vec::len)), (200, Some(3)));
    let (status, _) = world.call(&world.customer, Method::POST, &format!("{path}/keys/rotate"), None).await;
    assert_eq!(status, 403);
}
