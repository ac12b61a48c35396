use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // CARD-07, CARD-10
    async fn a_seat_that_is_unbound_is_free_for_another_device(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.order(&app).with("max_devices", 2).place().await.codes.remove(0);
        let lin = admin.customer("lin").await;
        let first = lin.activate(&code, &device(1)).await;
        let second = lin.activate(&code, &device(2)).await;
        assert_eq!(first["license_id"], second["license_id"]);
        let _ = lin.try_activate(&code, &device(3)).await.refused(409, "card_key.already_used");

        let body = json!({ "device_id": first["device_id"] });
        let _ = admin.change_card_key(&code, "unbind", body).await.ok();
        let third = lin.activate(&code, &device(3)).await;
        assert_eq!(third["license_id"], first["license_id"]);
        let checked = verify(&server, &first, 1).await;
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(false), &json!("DEVICE_UNBOUND")));
        assert_eq!(verify(&server, &second, 2).await["code"], "VALID");
        assert_eq!(verify(&server, &third, 3).await["code"], "VALID");
    }

    // CARD-05, CARD-10
    async fn a_trial_can_be_bound_again_to_the_device_that_took_it(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let trial = json!({ "type": "trial", "days": 7 });
        let codes = admin.order(&app).count(2).with("validity", trial).place().await.codes;
        let lin = admin.customer("lin").await;
        let first = lin.activate(&codes[0], &device(1)).await;
        let _ = admin.change_card_key(&codes[0], "unbind", json!({})).await.ok();
        let again = lin.activate(&codes[0], &device(1)).await;
        assert_eq!((&again["license_id"], &again["expires_at"]), (&first["license_id"], &first["expires_at"]));
        assert_eq!(verify(&server, &again, 1).await["code"], "VALID");
        let _ = lin.try_activate(&codes[1], &device(1)).await.refused(409, "card_key.trial_taken");
        // Nor does another device's trial count for this one.
        let _ = lin.activate(&codes[1], &device(2)).await;
        let _ = admin.change_card_key(&codes[1], "unbind", json!({})).await.ok();
        let _ = lin.try_activate(&codes[1], &device(1)).await.refused(409, "card_key.trial_taken");
    }
}

async fn verify(server: &Server, licence: &serde_json::Value, number: usize) -> serde_json::Value {
    let body = json!({ "license": licence["verdict"], "device_info": device(number), "nonce": "0123456789abcdef" });
    server.api().post("/api/v1/card-keys/verify", &body).send().await.ok().data()
}
