use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // CMD-04
    async fn the_dashboard_counts_what_there_is_and_what_was_done(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(10).place().await.codes;
        let lin = admin.customer("lin").await;
        lin.activate(&codes[0], &device(1)).await;
        let _ = lin.try_activate(&codes[0], &device(2)).await.problem();

        let data = admin.api.get("/api/v1/dashboard").send().await.ok().data();
        assert_eq!((&data["users"], &data["sessions"], &data["apps"]), (&json!(2), &json!(2), &json!(1)), "{data}");
        assert_eq!((&data["licences"], &data["devices"], &data["devices_online"]), (&json!(1), &json!(1), &json!(1)), "{data}");
        assert_eq!((&data["card_keys"]["unused"], &data["card_keys"]["activated"]), (&json!(9), &json!(1)), "{data}");
        let days = data["days"].as_array().unwrap();
        let today = days.last().unwrap();
        assert_eq!(days.len(), 30);
        assert_eq!((&today["sign_ins"], &today["activations"], &today["refused"]), (&json!(2), &json!(1), &json!(1)), "{today}");
        assert_eq!(lin.api.get("/api/v1/dashboard").send().await.status(), 403);
    }
}
