use std::time::Duration;

use cardkey_tests::api::{PASSWORD, Token, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::TimedServer;
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

on_each_database! {
    // CARD-05
    async fn days_count_from_the_activation(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let codes = admin.order(&app).count(2).place().await.codes;
        admin.create_user("lin", &["user"]).await;
        server.advance(100 * DAY);
        let lin = server.api().login("lin", PASSWORD).await;
        let licence = lin.activate(&codes[0], &device(1)).await;
        assert_eq!(licence["expires_at"], server.now().plus(30 * DAY).to_string());
        server.advance(30 * DAY - SECOND);
        let checked = verify(&server, &licence).await;
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(true), &json!("VALID")));
        let lease = Token::read(checked["verdict"].as_str().unwrap());
        assert_eq!(lease.claims["lease_until"], server.now().seconds() + 1, "no lease outlives its licence");
        server.advance(SECOND);
        let checked = verify(&server, &licence).await;
        assert_eq!((&checked["valid"], &checked["code"]), (&json!(false), &json!("EXPIRED")));
        // The other card key was never activated, and its days have not begun.
        let lin = server.api().login("lin", PASSWORD).await;
        let licence = lin.activate(&codes[1], &device(2)).await;
        assert_eq!(licence["expires_at"], server.now().plus(30 * DAY).to_string());
    }

    // CARD-06, CARD-05
    async fn a_card_key_whose_date_has_passed_is_gone(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        admin.create_user("lin", &["user"]).await;
        let app = admin.app("Paint").await;
        let until = server.now().plus(10 * DAY).to_string();
        let order = admin.order(&app).count(2).with("validity", json!({ "type": "until", "until": until }));
        let codes = order.place().await.codes;
        server.advance(10 * DAY - SECOND);
        let lin = server.api().login("lin", PASSWORD).await;
        assert_eq!(lin.activate(&codes[0], &device(1)).await["expires_at"], until.as_str());
        server.advance(SECOND);
        for code in &codes {
            let _ = lin.try_activate(code, &device(2)).await.refused(410, "card_key.expired");
        }
    }

    // LIC-04
    async fn a_verdict_is_a_lease_of_three_days_that_each_check_renews(database: Database) {
        let server = TimedServer::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let permanent = json!({ "type": "permanent" });
        let code = admin.order(&app).with("validity", permanent).place().await.codes.remove(0);
        let mut licence = admin.customer("lin").await.activate(&code, &device(1)).await;
        for _ in 0..3 {
            let verdict = Token::read(licence["verdict"].as_str().unwrap());
            assert_eq!(verdict.claims["iat"], server.now().seconds());
            assert_eq!(verdict.claims["lease_until"], server.now().plus(72 * HOUR).seconds());
            assert_eq!(verdict.claims["exp"], verdict.claims["lease_until"]);
            // Its lease is over, and still it says whose licence it is.
            server.advance(73 * HOUR);
            licence = verify(&server, &licence).await;
            assert_eq!(licence["code"], "VALID");
        }
        server.advance(72 * HOUR + 90 * DAY + SECOND);
        let _ = server.api().post("/api/v1/card-keys/verify", &question(&licence)).send().await.refused(400, "verdict.expired");
    }
}

fn question(licence: &Value) -> Value {
    json!({ "license": licence["verdict"], "device_info": device(1), "nonce": "0123456789abcdef" })
}

async fn verify(server: &TimedServer, licence: &Value) -> Value {
    server.api().post("/api/v1/card-keys/verify", &question(licence)).send().await.ok().data()
}
