use std::time::Duration;

use cardkey_tests::api::{PASSWORD, Person, device};
use cardkey_tests::server::TimedServer;
use cardkey_tests::{on_each_database, until};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(20);

on_each_database! {
    // DEV-04, DEV-03
    async fn silence_of_15_minutes_is_told_once_and_so_is_its_end(database: Database) {
        let (server, admin, devices) = two_devices(database).await;
        let [ref busy, ref quiet] = devices;
        server.advance(10 * MINUTE);
        assert_eq!(beat(&server, busy, json!("editing")).await["server_time"], server.now().to_string());
        server.advance(5 * MINUTE);
        assert_eq!(online(&admin).await, 2, "fifteen minutes and not a moment more");
        server.advance(SECOND);
        let told = told(&admin, "device.offline", 1).await;
        assert_eq!(told[0]["data"]["device_id"], quiet["device_id"]);
        assert_eq!(told[0]["actor"]["kind"], "system");
        assert_eq!(online(&admin).await, 1);
        let offline = admin.api.get("/api/v1/devices").query(&[("online", "false")]).send().await.ok().data();
        assert_eq!((&offline["total"], &offline["items"][0]["id"]), (&json!(1), &quiet["device_id"]));
        assert_eq!(offline["items"][0]["online"], false);
        let figures = admin.api.get("/api/v1/dashboard").send().await.ok().data();
        assert_eq!((&figures["devices"], &figures["devices_online"]), (&json!(2), &json!(1)));

        beat(&server, quiet, json!(null)).await;
        let _ = self::told(&admin, "device.online", 1).await;
        assert_eq!(online(&admin).await, 2);
        // Both fall silent; the one that was told of before is told of again, each once.
        server.advance(15 * MINUTE + SECOND);
        let _ = self::told(&admin, "device.offline", 3).await;
        let audited = admin.api.get("/api/v1/audit-logs").query(&[("action", "device.mark_offline")]);
        let rows = audited.send().await.ok().data()["items"].as_array().unwrap().clone();
        let marked: u64 = rows.iter().map(|row| row["details"]["count"].as_u64().unwrap()).sum();
        assert_eq!(marked, 3, "{rows:?}");
    }

    // DEV-04
    async fn a_heartbeat_that_is_not_written_down_yet_counts(database: Database) {
        let (server, admin, devices) = two_devices(database).await;
        server.advance(15 * MINUTE);
        beat(&server, &devices[0], json!(null)).await;
        server.advance(SECOND);
        let told = told(&admin, "device.offline", 1).await;
        assert_eq!(told[0]["data"]["device_id"], devices[1]["device_id"]);
    }

    // DEV-04
    async fn nobody_is_offline_because_the_server_was(database: Database) {
        let (server, _, devices) = two_devices(database).await;
        server.advance(100 * MINUTE);
        let server = server.restart().await;
        let admin = server.api().admin().await;
        server.advance(15 * MINUTE);
        beat(&server, &devices[0], json!(null)).await;
        server.advance(SECOND);
        let told = told(&admin, "device.offline", 1).await;
        assert_eq!(told[0]["data"]["device_id"], devices[1]["device_id"]);
        let _ = server.api().login("lin", PASSWORD).await;
    }
}

/// A server on which Lin has two devices.
async fn two_devices(database: cardkey_tests::Database) -> (TimedServer, Person, [Value; 2]) {
    let server = TimedServer::on(database).await;
    let admin = server.api().admin().await;
    let app = admin.app("Paint").await;
    let codes = admin.order(&app).count(2).place().await.codes;
    let lin = admin.customer("lin").await;
    let devices = [lin.activate(&codes[0], &device(1)).await, lin.activate(&codes[1], &device(2)).await];
    (server, admin, devices)
}

async fn beat(server: &TimedServer, licence: &Value, status: Value) -> Value {
    let body = json!({ "license": licence["verdict"], "nonce": "0123456789abcdef", "status": status });
    let heard = server.api().post("/api/v1/devices/heartbeat", &body).send().await.ok().data();
    assert_eq!(heard["code"], "VALID", "{heard}");
    heard
}

/// The events of a name, newest first, as soon as there are so many of them.
async fn told(admin: &Person, name: &str, count: usize) -> Vec<Value> {
    until("it to be told", SOON, async || {
        let list = admin.api.get("/api/v1/events").query(&[("name", name)]).send().await.ok().data();
        let events = list["items"].as_array().unwrap().clone();
        assert!(events.len() <= count, "{list}");
        (events.len() == count).then_some(events)
    })
    .await
}

async fn online(admin: &Person) -> u64 {
    let list = admin.api.get("/api/v1/devices").query(&[("online", "true")]).send().await.ok().data();
    list["total"].as_u64().unwrap()
}
