use std::time::Duration;

use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::TimedServer;
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

on_each_database! {
    // DEV-06
    async fn a_component_is_shut_out_in_whatever_device_it_is_until_the_entry_ends(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let (paint, draw) = (admin.app("Paint").await, admin.app("Draw").await);
        let (code, other) = (admin.card_key(&paint).await, admin.card_key(&draw).await);
        let lin = admin.customer("lin").await;
        let licence = lin.activate(&code, &device(1)).await;
        let shown = admin.api.get(&format!("/api/v1/devices/{}", licence["device_id"].as_str().unwrap())).send().await.ok().data();
        let components: &Vec<Value> = shown["components"].as_array().unwrap();
        let board = components.iter().find(|part| part["component"] == "motherboard_id").unwrap_or_else(|| panic!("{shown}"));

        let until = server.now().plus(HOUR).to_string();
        let entry = json!({ "kind": "component", "value": board["hash"], "reason": "sold stolen", "until": until });
        let made = admin.api.post("/api/v1/blacklist", &entry).send().await.ok().data();
        assert_eq!((&made["reason"], &made["until"]), (&json!("sold stolen"), &json!(until)));
        // The board in another computer, for another app.
        let mut rebuilt = device(2);
        rebuilt["motherboard_id"] = device(1)["motherboard_id"].clone();
        let question = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
        let verify = async || server.api().post("/api/v1/card-keys/verify", &question).send().await.ok().data()["code"].clone();
        assert_eq!(verify().await, "BLACKLISTED");
        let _ = lin.try_activate(&other, &rebuilt).await.refused(403, "blacklist.blocked");
        server.advance(HOUR - SECOND);
        assert_eq!(verify().await, "BLACKLISTED");
        let _ = lin.try_activate(&other, &rebuilt).await.refused(403, "blacklist.blocked");
        server.advance(SECOND);
        assert_eq!(verify().await, "VALID");
        let _ = lin.activate(&other, &rebuilt).await;
    }
}
