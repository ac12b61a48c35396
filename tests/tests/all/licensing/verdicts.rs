use cardkey_crypto::SigningKey;
use cardkey_domain::SeededEntropy;
use cardkey_tests::api::{Token, device};
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // LIC-01, CARD-08
    async fn what_is_not_a_verdict_of_ours_is_refused(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let (paint, draw) = (admin.app("Paint").await, admin.app("Draw").await);
        let code = admin.card_key(&paint).await;
        let lin = admin.customer("lin").await;
        let activated = lin.activate(&code, &device(1)).await;
        let genuine = Token::read(activated["verdict"].as_str().unwrap());
        let own = SigningKey::generate(&SeededEntropy::new(1));
        let other_code = admin.card_key(&draw).await;
        let other = lin.activate(&other_code, &device(1)).await;
        let foreign = Token::read(other["verdict"].as_str().unwrap());
        let verdicts = [
            ("altered", genuine.clone().claim("device", "0192f0c0-0000-7000-8000-000000000000").as_signed()),
            ("prolonged", genuine.clone().claim("lease_until", 4_102_444_800_i64).claim("exp", 4_102_444_800_i64).as_signed()),
            ("of another licence", genuine.clone().claim("sub", foreign.claims["sub"].clone()).as_signed()),
            ("for another app", genuine.clone().claim("aud", draw.id.as_str()).as_signed()),
            ("of an app that is not there", genuine.clone().claim("aud", "0192f0c0-0000-7000-8000-000000000000").as_signed()),
            ("signed by somebody else", genuine.signed_by(&own)),
            ("alg none", genuine.clone().header("alg", "none").without_signature()),
            ("alg HS256", genuine.clone().header("alg", "HS256").as_signed()),
            ("of another type", genuine.clone().header("typ", "JWT").as_signed()),
            ("unsigned", genuine.without_signature()),
            ("an access token", lin.api.token().to_owned()),
            ("empty", String::new()),
            ("nonsense", "nonsense".to_owned()),
            ("long", "A".repeat(100_000)),
        ];
        for (what, verdict) in verdicts {
            let body = json!({ "license": verdict, "device_info": device(1), "nonce": "0123456789abcdef" });
            let problem = server.api().post("/api/v1/card-keys/verify", &body).send().await.problem();
            assert_eq!(problem["status"], 400, "{what}: {problem}");
            let code = problem["code"].as_str().unwrap();
            assert!(code == "verdict.invalid" || code == "validation.failed", "{what}: {problem}");
        }
    }
}
