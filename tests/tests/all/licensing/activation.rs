use cardkey_tests::api::{Token, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::{Value, json};

on_each_database! {
    // CARD-06, LIC-01
    async fn a_card_key_becomes_a_licence_on_a_device(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let body = json!({ "card_key": code, "device_info": device(1), "nonce": "0123456789abcdef" });
        let reply = lin.api.post("/api/v1/card-keys/activate", &body).send().await.ok();
        assert_eq!(reply.json()["message"], "卡密激活成功");
        let data = reply.data();
        assert_eq!(data["app_id"], app.id.as_str());
        let verdict = Token::read(data["verdict"].as_str().unwrap());
        assert_eq!((&verdict.header["alg"], &verdict.header["typ"]), (&json!("EdDSA"), &json!("cardkey-verdict+jwt")));
        let claims = &verdict.claims;
        assert_eq!((&claims["aud"], &claims["sub"], &claims["device"]), (&json!(app.id), &data["license_id"], &data["device_id"]));
        assert_eq!((&claims["code"], &claims["valid"], &claims["nonce"]), (&json!("VALID"), &json!(true), &json!("0123456789abcdef")));
        let seconds = |name: &str| claims[name].as_i64().unwrap_or_else(|| panic!("{name}: {claims}"));
        assert_eq!(seconds("lease_until") - seconds("iat"), 72 * 3_600);
        assert_eq!(seconds("license_expires_at") - seconds("iat"), 30 * 86_400);
        assert!(claims["iss"].is_string() && claims["epoch"].is_number() && claims["entitlements"].is_array());

        let key = admin.find_card_key(&code).await;
        assert_eq!((&key["status"], &key["app_id"]), (&json!("activated"), &json!(app.id)));
        assert!(key["activated_at"].is_string() && key["expires_at"] == data["expires_at"]);
    }

    // CARD-01
    async fn a_card_key_is_read_as_people_type_it(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(5).place().await.codes;
        let lin = admin.customer("lin").await;
        let full_width: String = codes[3].chars().map(|c| char::from_u32(u32::from(c) - 0x21 + 0xFF01).unwrap()).collect();
        let typed = [
            codes[0].replace('-', ""),
            codes[1].to_lowercase(),
            format!("  {}\n", codes[2].replace('-', " – ")),
            full_width,
            codes[4].replace('-', "_"),
        ];
        for (number, code) in typed.iter().enumerate() {
            let _ = lin.try_activate(code, &device(number)).await.ok();
        }
    }

    // CARD-06
    async fn every_refusal_has_its_own_status_and_changes_nothing(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(4).place().await.codes;
        let (lin, mo) = (admin.customer("lin").await, admin.customer("momo").await);
        lin.activate(&codes[0], &device(1)).await;
        let _ = admin.change_card_key(&codes[1], "disable", json!({})).await.ok();

        let message = |reply: &cardkey_tests::api::Reply| reply.problem()["message"].as_str().unwrap().to_owned();
        let unknown = lin.try_activate("AAAA-AAAA-AAAA-AAAA", &device(1)).await.refused(400, "card_key.invalid");
        assert_eq!(message(&unknown), "无效的卡密");
        let again = lin.try_activate(&codes[0], &device(1)).await.refused(409, "device.already_bound");
        assert_eq!(message(&again), "设备已绑定");
        let _ = lin.try_activate(&codes[0], &device(2)).await.refused(409, "card_key.already_used");
        let _ = mo.try_activate(&codes[0], &device(3)).await.refused(409, "card_key.already_used");
        let _ = lin.try_activate(&codes[1], &device(4)).await.refused(403, "card_key.disabled");
        let _ = server.api().post("/api/v1/card-keys/activate", &json!({ "card_key": codes[2], "device_info": device(5) }))
            .send().await.refused(401, "auth.required");

        let english = server.api().bearing(lin.api.token()).post("/api/v1/card-keys/activate",
            &json!({ "card_key": "AAAA-AAAA-AAAA-AAAA", "device_info": device(1) })).header("accept-language", "en").send().await;
        assert!(message(&english).is_ascii(), "{}", english.text());

        let states = async |code: &str| admin.find_card_key(code).await["status"].as_str().unwrap().to_owned();
        assert_eq!(states(&codes[0]).await, "activated");
        assert_eq!(states(&codes[1]).await, "disabled");
        assert_eq!(states(&codes[2]).await, "unused");
        let devices = admin.api.get("/api/v1/devices").send().await.ok().data();
        assert_eq!(devices["total"], 1, "a refused try leaves no device: {devices}");
        let refused = [("action", "card_key.activate"), ("status", "refused")];
        let rows = admin.api.get("/api/v1/audit-logs").query(&refused).send().await.ok().data();
        assert_eq!(rows["total"], 7, "every refusal is written down: {rows}");
    }

    // CARD-06, SEC-05
    async fn card_keys_of_any_shape_are_refused_with_400(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let shapes = [
            json!(""), json!(" "), json!("A"), json!("AAAA-AAAA-AAAA-AAA"), json!("AAAA-AAAA-AAAA-AAAAA"),
            json!("ÄÖÜß-AAAA-AAAA-AAAA"), json!("卡密卡密卡密卡密卡密卡密卡密卡密"), json!("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"),
            json!("'; DROP TABLE card_keys; --"), json!("<script>alert(1)</script>"), json!("A".repeat(100_000)),
            json!("AAAA\u{0}AAAA-AAAA-AAA"), json!("\u{202E}AAAA-AAAA-AAAA-AAAA"), json!(null), json!(1_234_567_890_123_456_u64),
            json!(["AAAA-AAAA-AAAA-AAAA"]), json!({ "code": "AAAA-AAAA-AAAA-AAAA" }), json!(true),
        ];
        for shape in shapes {
            let body = json!({ "card_key": shape, "device_info": device(1) });
            let problem = lin.api.post("/api/v1/card-keys/activate", &body).send().await.problem();
            assert_eq!(problem["status"], 400, "{shape}: {problem}");
        }
        let missing = lin.api.post("/api/v1/card-keys/activate", &json!({ "device_info": device(1) })).send().await;
        assert_eq!(missing.refused(400, "validation.failed").faulty_fields(), ["card_key"]);
    }

    // CARD-06, SEC-11
    async fn a_retry_with_the_same_idempotency_key_gets_the_same_licence(database: Database) {
        let mut server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        let lin = admin.customer("lin").await;
        let body = |code: &str| json!({ "card_key": code, "device_info": device(1) });
        let activate = async |server: &Server, body: &Value| {
            let call = server.api().bearing(lin.api.token()).post("/api/v1/card-keys/activate", body);
            call.header("idempotency-key", "buy-1").send().await
        };
        let first = activate(&server, &body(&codes[0])).await.ok();
        let again = activate(&server, &body(&codes[0])).await.ok();
        assert_eq!(again.text(), first.text());
        assert_eq!(again.header("idempotency-replayed"), "true");
        let _ = activate(&server, &body(&codes[1])).await.refused(422, "idempotency.mismatch");
        server.kill().await;
        server.start_again().await;
        assert_eq!(activate(&server, &body(&codes[0])).await.ok().text(), first.text(), "also after a crash");
        let api = server.api().bearing(admin.api.token());
        let rows = api.get("/api/v1/audit-logs").query(&[("action", "card_key.activate"), ("status", "ok")]);
        assert_eq!(rows.send().await.ok().data()["total"], 1, "it happened once");
    }
}
