use cardkey_tests::api::device;
use cardkey_tests::on_each_database;
use cardkey_tests::server::{Server, Settings, run_to_end};
use serde_json::{Value, json};

const FIRST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const SECOND: &str = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

on_each_database! {
    // SEC-08
    async fn everything_moves_to_another_key_while_the_server_goes_on(database: Database) {
        let mut server = Settings::default().set("ENCRYPTION_KEY", FIRST).start(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let batch = admin.order(&app).count(3).place().await;
        let licence = admin.customer("lin").await.activate(&batch.codes[0], &device(1)).await;
        let _ = server.terminate().await;

        let both = |settings: Settings| settings.set("ENCRYPTION_KEY", SECOND).set("ENCRYPTION_KEY_OLD", FIRST);
        server.start_again_with(both).await;
        assert_good(&server, admin.api.token(), &batch.id, &batch.codes, &licence).await;
        let rotated = run_to_end(&["secrets", "rotate", "--json"], server.settings(), &server.data()).await;
        let counts: Value = serde_json::from_str(&rotated.output).unwrap_or_else(|_| panic!("{rotated:?}"));
        assert_eq!((rotated.code, &counts["card_keys"]), (Some(0), &json!(3)), "{rotated:?}");
        assert_good(&server, admin.api.token(), &batch.id, &batch.codes, &licence).await;
        // What is done is not done again.
        let again = run_to_end(&["secrets", "rotate", "--json"], server.settings(), &server.data()).await;
        let counts: Value = serde_json::from_str(&again.output).unwrap_or_else(|_| panic!("{again:?}"));
        assert_eq!((again.code, &counts["card_keys"]), (Some(0), &json!(0)), "{again:?}");

        let _ = server.terminate().await;
        let former = server.settings().clone().set("ENCRYPTION_KEY", FIRST).without("ENCRYPTION_KEY_OLD");
        let refused = run_to_end(&["serve"], &former, &server.data()).await;
        assert!(refused.code == Some(1) && refused.errors.contains("ENCRYPTION_KEY"), "{refused:?}");
        server.start_again_with(|settings| settings.without("ENCRYPTION_KEY_OLD")).await;
        assert_good(&server, admin.api.token(), &batch.id, &batch.codes, &licence).await;
    }
}

/// Insists that tokens, card keys in clear and verdicts are what they were.
async fn assert_good(server: &Server, token: &str, batch: &str, codes: &[String], licence: &Value) {
    let admin = server.api().bearing(token);
    let export = admin.get(&format!("/api/v1/card-keys/batches/{batch}/export?format=txt")).send().await.ok();
    assert_eq!(export.text().lines().collect::<Vec<_>>(), codes);
    let question = json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" });
    let verified = server.api().post("/api/v1/card-keys/verify", &question).send().await.ok().data();
    assert_eq!(verified["code"], "VALID", "{verified}");
}
