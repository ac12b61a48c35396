use std::time::Duration;

use cardkey_tests::api::device;
use cardkey_tests::server::Server;
use cardkey_tests::{on_each_database, until};
use serde_json::json;

on_each_database! {
    // DEV-01
    async fn a_device_is_known_again_by_what_identifies_it(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(3).place().await.codes;
        let lin = admin.customer("lin").await;
        let first = lin.activate(&codes[0], &device(1)).await;

        // The same machine with another name, another system, other spellings.
        let mut same = device(1);
        same["name"] = json!("RENAMED");
        same["os"] = json!("Windows 12");
        same["mac_address"] = json!(same["mac_address"].as_str().unwrap().to_lowercase().replace(':', "-"));
        same["cpu_id"] = json!(format!("  {} ", same["cpu_id"].as_str().unwrap().to_lowercase()));
        let second = lin.activate(&codes[1], &same).await;
        assert_eq!(second["device_id"], first["device_id"]);

        let mut other = device(1);
        other["motherboard_id"] = json!("PF9ZZ9999999");
        let third = lin.activate(&codes[2], &other).await;
        assert_ne!(third["device_id"], first["device_id"]);
        let body = json!({ "license": first["verdict"], "device_info": other, "nonce": "0123456789abcdef" });
        let checked = server.api().post("/api/v1/card-keys/verify", &body).send().await.ok().data();
        assert_eq!(checked["code"], "DEVICE_MISMATCH");
    }

    // DEV-01, EVT-03, SEC-05
    async fn a_device_without_anything_that_identifies_it_is_refused(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let junk = [
            json!({}),
            json!({ "cpu_id": "", "motherboard_id": " ", "mac_address": "" }),
            json!({ "cpu_id": "To be filled by O.E.M.", "motherboard_id": "Default string", "mac_address": "00:00:00:00:00:00" }),
            json!({ "cpu_id": "0000000000000000", "motherboard_id": "None", "mac_address": "02:42:ac:11:00:02" }),
            json!({ "mac_address": "FF:FF:FF:FF:FF:FF" }),
            json!({ "name": "DESKTOP", "os": "Windows 11" }),
            json!({ "cpu_id": "x".repeat(100_000) }),
        ];
        for info in junk {
            let problem = admin.try_activate(&code, &info).await.problem();
            assert_eq!(problem["status"], 400, "{info}: {problem}");
        }
        for info in [json!(null), json!("x"), json!([]), json!({ "cpu_id": 5 }), json!({ "mac_address": ["a"] })] {
            let _ = admin.try_activate(&code, &info).await.refused(400, "validation.failed");
        }
        assert_eq!(admin.find_card_key(&code).await["status"], "unused");

        // One real serial is enough; the junk beside it is reported.
        let half = json!({ "cpu_id": "BFEBFBFF000906EA", "motherboard_id": "Default string", "mac_address": "08:00:27:12:34:56" });
        let _ = admin.try_activate(&code, &half).await.ok();
    }

    // DEV-03, DEV-04
    async fn devices_are_listed_with_what_they_are_and_when_they_were_seen(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let activated = lin.activate(&code, &device(1)).await;
        let list = admin.api.get("/api/v1/devices").query(&[("app_id", app.id.as_str())]).send().await.ok().data();
        assert_eq!(list["total"], 1);
        let shown = &list["items"][0];
        assert_eq!((&shown["id"], &shown["app_id"], &shown["name"]), (&activated["device_id"], &json!(app.id), &json!("DESKTOP-000001")));
        assert_eq!((&shown["os"], &shown["ip_address"], &shown["online"]), (&json!("Windows 11"), &json!("127.0.0.1"), &json!(true)));
        for serial in ["BFEBFBFF00000001", "PF2XK0000001", "3C:52:82"] {
            assert!(!list.to_string().contains(serial), "serial numbers are kept as hashes only");
        }
        let first_seen = shown["last_seen_at"].as_str().unwrap().to_owned();
        let verify = json!({ "license": activated["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let _ = server.api().post("/api/v1/card-keys/verify", &verify).send().await.ok();
        let path = format!("/api/v1/devices/{}", activated["device_id"].as_str().unwrap());
        until("the sighting to be written down", Duration::from_secs(20), async || {
            let shown = admin.api.get(&path).send().await.ok().data();
            (shown["last_seen_at"].as_str() > Some(&first_seen)).then_some(())
        })
        .await;
        let foreign = admin.api.get("/api/v1/devices").query(&[("app_id", "0192f0c0-0000-7000-8000-000000000000")]);
        assert_eq!(foreign.send().await.ok().data()["total"], 0);
    }
}
