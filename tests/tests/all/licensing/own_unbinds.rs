use std::collections::BTreeMap;
use std::time::Duration;

use cardkey_tests::api::{Person, Reply, Token, device};
use cardkey_tests::server::{Server, TimedServer};
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    // DEV-05
    async fn a_customer_frees_a_seat_and_takes_it_with_another_device_at_once(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let code = admin.card_key(&admin.app("Paint").await).await;
        let lin = admin.customer("lin").await;
        let old = lin.activate(&code, &device(1)).await;
        assert_eq!(lin.try_activate(&code, &device(2)).await.problem()["status"], 409);

        let free = unbind(&lin, &old).await.ok().data();
        assert_eq!((&free["license_id"], &free["device_id"]), (&old["license_id"], &old["device_id"]));
        assert_eq!(free["unbinds_left"], 3);
        let new = lin.activate(&code, &device(2)).await;
        assert_eq!(new["license_id"], old["license_id"]);

        // What the old device holds stops at the next check, however it asks.
        let verify = json!({ "license": old["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let checked = server.api().post("/api/v1/card-keys/verify", &verify).send().await.ok().data();
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(false), &json!("DEVICE_UNBOUND")));
        let beat = json!({ "license": old["verdict"], "nonce": "0123456789abcdef" });
        let heard = server.api().post("/api/v1/devices/heartbeat", &beat).send().await.ok().data();
        assert_eq!((&heard["valid"], &heard["code"]), (&json!(false), &json!("DEVICE_UNBOUND")));
        let epochs = [&old, &new].map(|licence| Token::read(licence["verdict"].as_str().unwrap()).claims["epoch"].as_u64());
        assert!(epochs[0] < epochs[1], "{epochs:?}");

        let _ = unbind(&lin, &old).await.refused(409, "device.not_bound");
        let events = admin.api.get("/api/v1/events").query(&[("name", "device.unbound")]).send().await.ok().data();
        assert_eq!((&events["total"], &events["items"][0]["data"]["device_id"]), (&json!(1), &old["device_id"]));
        let rows = admin.api.get("/api/v1/audit-logs").query(&[("action", "licence.unbind"), ("status", "ok")]);
        let rows = rows.send().await.ok().data();
        assert_eq!(rows["total"], 1, "{rows}");
    }

    // DEV-05
    async fn cool_down_and_yearly_limit_are_the_apps_to_set(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app_with("Paint", json!({ "unbind_cooldown_hours": 1, "unbinds_per_year": 2 })).await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&code, &device(1)).await;
        let first = unbind(&lin, &licence).await.ok().data();
        assert_eq!((&first["unbinds_left"], &first["next_unbind_at"]), (&json!(1), &json!(server.now().plus(HOUR).to_string())));
        let freed = server.now();
        lin.activate(&code, &device(1)).await;

        server.advance(HOUR - Duration::from_secs(10));
        let refused = unbind(&lin, &licence).await;
        assert_eq!(refused.header("retry-after"), "10");
        let problem = refused.refused(429, "license.unbind_too_soon").problem();
        assert_eq!(problem["possible_at"], first["next_unbind_at"]);

        server.advance(Duration::from_secs(10));
        assert_eq!(unbind(&lin, &licence).await.ok().data()["unbinds_left"], 0);
        lin.activate(&code, &device(1)).await;
        let refused = unbind(&lin, &licence).await;
        let year = 365 * 24 * HOUR;
        assert_eq!(refused.header("retry-after"), (year - HOUR).as_secs().to_string());
        let problem = refused.refused(429, "license.unbind_limit").problem();
        assert_eq!(problem["possible_at"], freed.plus(year).to_string());

        // An administrator is not limited.
        for _ in 0..3 {
            let body = json!({ "device_id": licence["device_id"] });
            let _ = admin.change_card_key(&code, "unbind", body).await.ok();
            lin.activate(&code, &device(1)).await;
        }
        // And an app may leave it to them.
        let patch = json!({ "policy": { "unbinds_per_year": 0 } });
        let _ = admin.api.patch(&format!("/api/v1/apps/{}", app.id), &patch).send().await.ok();
        let _ = unbind(&lin, &licence).await.refused(403, "license.unbind_forbidden");
        let patch = json!({ "policy": { "unbind_cooldown_hours": 8_761, "unbinds_per_year": 1_001 } });
        let _ = admin.api.patch(&format!("/api/v1/apps/{}", app.id), &patch).send().await.refused(400, "validation.failed");
    }

    // DEV-05
    async fn fifty_at_once_free_no_more_than_are_allowed(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app_with("Paint", json!({ "unbind_cooldown_hours": 0, "unbinds_per_year": 4 })).await;
        let code = admin.order(&app).with("max_devices", 50).place().await.codes.remove(0);
        let lin = admin.customer("lin").await;
        let mut seats = Vec::new();
        for number in 0..50 {
            seats.push(lin.activate(&code, &device(number)).await);
        }
        let tries: Vec<_> = seats
            .into_iter()
            .map(|seat| {
                let lin = lin.clone();
                tokio::spawn(async move { unbind(&lin, &seat).await })
            })
            .collect();
        let mut outcomes = BTreeMap::new();
        for attempt in tries {
            let reply = attempt.await.unwrap();
            let outcome = if reply.status() == 200 { "ok".to_owned() } else { reply.problem()["code"].as_str().unwrap().to_owned() };
            *outcomes.entry(outcome).or_insert(0) += 1;
        }
        assert_eq!(outcomes, BTreeMap::from([("ok".to_owned(), 4), ("license.unbind_limit".to_owned(), 46)]));
        let licences = lin.api.get("/api/v1/licenses").send().await.ok().data();
        assert_eq!(licences["items"][0]["devices"].as_array().unwrap().len(), 46);
        until("each to be told", Duration::from_secs(20), async || {
            let events = admin.api.get("/api/v1/events").query(&[("name", "device.unbound")]).send().await.ok().data();
            (events["total"] == 4).then_some(())
        })
        .await;
    }

    // DEV-05, SEC-11, SEC-05
    async fn only_ones_own_licences_and_a_retry_frees_nothing_more(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let code = admin.card_key(&admin.app("Paint").await).await;
        let lin = admin.customer("lin").await;
        let momo = admin.customer("momo").await;
        let licence = lin.activate(&code, &device(1)).await;
        let path = path(&licence);
        let body = json!({ "device_id": licence["device_id"] });
        let _ = unbind(&momo, &licence).await.refused(404, "license.not_found");
        let _ = unbind(&admin, &licence).await.refused(404, "license.not_found");
        let _ = server.api().post(&path, &body).send().await.refused(401, "auth.required");
        let unknown = "/api/v1/licenses/0192f0c0-0000-7000-8000-000000000000/unbind";
        let _ = lin.api.post(unknown, &body).send().await.refused(404, "license.not_found");
        for wrong in [json!({}), json!({ "device_id": "x" }), json!({ "device_id": 7 }), json!({ "device_id": null })] {
            let reply = lin.api.post(&path, &wrong).send().await.refused(400, "validation.failed");
            assert_eq!(reply.faulty_fields(), ["device_id"]);
        }
        let stranger = json!({ "device_id": "0192f0c0-0000-7000-8000-000000000000" });
        let _ = lin.api.post(&path, &stranger).send().await.refused(409, "device.not_bound");

        let once = async || lin.api.post(&path, &body).header("idempotency-key", "free-it").send().await.ok();
        let (first, again) = (once().await, once().await);
        assert_eq!(again.header("idempotency-replayed"), "true");
        assert_eq!(first.data(), again.data());
    }
}

fn path(licence: &Value) -> String {
    format!("/api/v1/licenses/{}/unbind", licence["license_id"].as_str().unwrap())
}

async fn unbind(person: &Person, licence: &Value) -> Reply {
    person.api.post(&path(licence), &json!({ "device_id": licence["device_id"] })).send().await
}
