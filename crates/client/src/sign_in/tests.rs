use std::sync::Arc;

use cardkey_domain::Timestamp;
use serde_json::json;

use super::*;
use crate::testing::{Answer, Authority, FakeServer, NOON, builder, clock, tokens, usual};

/// Tokens are numbered; only the newest is honoured.
async fn renewing() -> FakeServer {
    let newest = std::sync::Mutex::new(1);
    FakeServer::start(move |seen, _| {
        let mut newest = newest.lock().unwrap();
        match seen.path.as_str() {
            "/api/v1/auth/refresh" if seen.body["refresh_token"] == format!("refresh-{newest}") => {
                *newest += 1;
                tokens(&format!("access-{newest}"), &format!("refresh-{newest}"))
            }
            "/api/v1/auth/refresh" => Answer::refusal(401, "auth.token_revoked"),
            "/api/v1/auth/logout" if seen.headers["authorization"] != format!("Bearer access-{newest}") => {
                Answer::refusal(401, "auth.token_revoked")
            }
            "/api/v1/auth/logout" => Answer::json(200, &json!({ "success": true, "data": null })),
            _ => usual(&Authority::new(1), seen),
        }
    })
    .await
}

#[tokio::test]
async fn signing_in_tells_who_it_is_and_names_the_device_the_same_way_each_time() {
    // AUTH-01
    let server = renewing().await;
    let client = builder(&server.url, &clock()).build().unwrap();
    assert!(!client.is_signed_in().await.unwrap());
    let SignIn::Done(account) = client.sign_in("wang", "pass").await.unwrap() else { panic!() };
    assert_eq!(account, Account { id: "u1".into(), username: "wang".into(), must_change_password: false });
    client.sign_in("wang", "pass").await.unwrap();
    let asked = server.seen("/login");
    assert_eq!(asked[0].body["device"]["id"], asked[1].body["device"]["id"]);
    assert_eq!(asked[0].headers["accept-language"], "zh-CN");
    assert!(client.is_signed_in().await.unwrap());
    client.sign_out().await.unwrap();
    assert!(!client.is_signed_in().await.unwrap());
}

#[tokio::test]
async fn a_token_about_to_end_is_renewed_first() {
    // TOK-03
    let server = renewing().await;
    let clock = clock();
    let client = builder(&server.url, &clock).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    clock.set(Timestamp::from_seconds(NOON + 7_190));
    client.sign_out().await.unwrap();
    assert_eq!(server.seen("/logout")[0].headers["authorization"], "Bearer access-2");
}

#[tokio::test]
async fn however_many_find_the_token_dead_one_renews_it() {
    // TOK-03
    let server = renewing().await;
    let clock = clock();
    let client = Arc::new(builder(&server.url, &clock).build().unwrap());
    client.sign_in("wang", "pass").await.unwrap();
    clock.set(Timestamp::from_seconds(NOON + 8_000));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let client = Arc::clone(&client);
            tokio::spawn(async move { client.activate("ABCD-EFGH-JKLM-NPQR").await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.seen("/refresh").len(), 1);
}

#[tokio::test]
async fn a_token_that_the_server_ended_early_is_renewed_and_the_call_repeated_once() {
    // TOK-03
    let server = renewing().await;
    let (one, clock) = (tempfile::tempdir().unwrap(), clock());
    let client = |folder: &tempfile::TempDir| {
        let storage = crate::FileStorage::open(folder.path()).unwrap();
        builder(&server.url, &clock).storage(storage).build().unwrap()
    };
    client(&one).sign_in("wang", "pass").await.unwrap();
    let mut session: Session = client(&one).session().await.unwrap().unwrap();
    session.access_token = "access-0".to_owned();
    client(&one).records.save(Record::Session, &session).await.unwrap();
    client(&one).sign_out().await.unwrap();
    let tried: Vec<_> = server.seen("/logout").iter().map(|seen| seen.headers["authorization"].clone()).collect();
    assert_eq!(tried, ["Bearer access-0", "Bearer access-2"]);
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_is_over() {
    // TOK-03
    let server = renewing().await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    let dead = Session { access_token: "a".into(), refresh_token: "b".into(), access_ends_at: Timestamp::EPOCH };
    client.records.save(Record::Session, &dead).await.unwrap();
    let error = client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap_err();
    assert!(matches!(error, Error::NotSignedIn), "{error:?}");
    assert!(!client.is_signed_in().await.unwrap());
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_given() {
    // AUTH-09
    let server = FakeServer::start(|seen, _| match seen.path.as_str() {
        "/api/v1/auth/login" => {
            Answer::json(200, &json!({ "success": true, "data": { "otp_required": true, "challenge": "c1" } }))
        }
        _ if seen.body == json!({ "challenge": "c1", "code": "123456" }) => tokens("access-1", "refresh-1"),
        _ => Answer::refusal(401, "auth.otp_invalid"),
    })
    .await;
    let client = builder(&server.url, &clock()).build().unwrap();
    let SignIn::CodeNeeded(challenge) = client.sign_in("wang", "pass").await.unwrap() else { panic!() };
    assert!(!client.is_signed_in().await.unwrap());
    assert!(!format!("{challenge:?}").contains("c1"));
    assert!(matches!(client.finish_sign_in(&challenge, "123456").await.unwrap(), SignIn::Done(_)));
}

#[tokio::test]
async fn a_wrong_password_is_the_users_to_correct() {
    // AUTH-01
    let server = FakeServer::start(|_, _| Answer::refusal(401, "auth.invalid_credentials")).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    assert_eq!(client.sign_in("wang", "no").await.unwrap_err().advice(), crate::Advice::ShowMessage);
}
