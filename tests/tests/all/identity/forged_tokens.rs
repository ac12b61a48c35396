use cardkey_crypto::SigningKey;
use cardkey_domain::SeededEntropy;
use cardkey_tests::api::Token;
use cardkey_tests::on_each_database;
use cardkey_tests::server::Server;
use serde_json::json;

on_each_database! {
    // TOK-01
    async fn an_access_token_says_what_it_should(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        admin.create_user("lin", &["user"]).await;
        let lin = server.api().login_on("lin", cardkey_tests::api::PASSWORD, "laptop").await;
        let access = Token::read(lin.api.token());
        let refresh = Token::read(&lin.refresh_token);
        assert_eq!(access.header["alg"], "EdDSA");
        for (token, seconds) in [(&access, 120 * 60), (&refresh, 7 * 86_400)] {
            let claims = &token.claims;
            assert_eq!((&claims["sub"], &claims["sid"]), (&json!(lin.id), &json!(lin.session_id)));
            assert_eq!(claims["device"], "laptop");
            for name in ["iss", "aud", "jti", "typ"] {
                assert!(claims[name].is_string(), "{name}: {claims}");
            }
            let time = |name: &str| claims[name].as_i64().unwrap();
            assert_eq!(time("exp") - time("iat"), seconds);
            assert!(time("nbf") <= time("iat"));
        }
        assert_ne!(access.claims["typ"], refresh.claims["typ"]);
        assert_ne!(access.claims["jti"], refresh.claims["jti"]);
    }

    // TOK-01
    async fn no_other_token_opens_the_door(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let lin = admin.customer("lin").await;
        let genuine = Token::read(admin.api.token());
        let own = SigningKey::generate(&SeededEntropy::new(1));
        let foreign_kid = genuine.clone().header("kid", "0192f0c0-0000-7000-8000-000000000000");
        let tokens = [
            ("altered", genuine.clone().claim("exp", 4_102_444_800_i64).as_signed()),
            ("somebody else's", genuine.clone().claim("sub", lin.id.as_str()).as_signed()),
            ("signed by another key", genuine.signed_by(&own)),
            ("of a key that is not ours", foreign_kid.signed_by(&own)),
            ("without a key", genuine.clone().header("kid", json!(null)).as_signed()),
            ("alg none", genuine.clone().header("alg", "none").without_signature()),
            ("alg None", genuine.clone().header("alg", "None").as_signed()),
            ("alg HS256", genuine.clone().header("alg", "HS256").as_signed()),
            ("unsigned", genuine.without_signature()),
            ("with a key of its own", genuine.clone().header("jwk", json!({ "kty": "OKP" })).signed_by(&own)),
            ("that wants an extension", genuine.clone().header("crit", json!(["b64"])).as_signed()),
            ("a refresh token", admin.refresh_token.clone()),
            ("empty", String::new()),
            ("two parts", "a.b".to_owned()),
            ("five parts", "a.b.c.d.e".to_owned()),
            ("not base64url", "!.!.!".to_owned()),
            ("not JSON", "AAAA.AAAA.AAAA".to_owned()),
            ("long", format!("{}.{}", admin.api.token(), "A".repeat(5_000))),
        ];
        for (what, token) in tokens {
            let reply = server.api().get("/api/v1/auth/check-session").header("authorization", &format!("Bearer {token}"));
            let problem = reply.send().await.problem();
            assert_eq!(problem["status"], 401, "{what}: {problem}");
        }
        for header in ["Basic YWRtaW46YWRtaW4=", "Bearer", "bearer", "Token x", "Bearer  "] {
            let reply = server.api().get("/api/v1/auth/check-session").header("authorization", header).send().await;
            assert_eq!((reply.status(), reply.header("www-authenticate").starts_with("Bearer")), (401, true), "{header}");
        }
        let _ = server.api().get("/api/v1/auth/check-session").send().await.refused(401, "auth.required");
        let _ = admin.check_session().await.ok();
    }

    // TOK-01
    async fn a_verdict_is_no_access_token(database: Database) {
        let server = Server::on(database).await;
        let admin = server.api().admin().await;
        let app = admin.app("Paint").await;
        let code = admin.card_key(&app).await;
        let lin = admin.customer("lin").await;
        let verdict = lin.activate(&code, &cardkey_tests::api::device(1)).await["verdict"].as_str().unwrap().to_owned();
        let api = server.api().bearing(&verdict);
        assert_eq!(api.get("/api/v1/auth/check-session").send().await.problem()["status"], 401);
        let body = json!({ "license": lin.api.token(), "device_info": cardkey_tests::api::device(1), "nonce": "n-0123456789abcdef" });
        let reply = server.api().post("/api/v1/card-keys/verify", &body).send().await;
        let _ = reply.refused(400, "verdict.invalid");
    }
}
