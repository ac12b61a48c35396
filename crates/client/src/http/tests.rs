use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::Advice;
use crate::testing::{Answer, FakeServer, builder, clock};

async fn verify_against(answer: impl Fn(usize) -> Answer + Send + Sync + 'static) -> (Result<Reply, Error>, usize) {
    let server = FakeServer::start(move |_, before| answer(before)).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    let outcome = client.http.send(&Request { path: "x", repeatable: true, ..Request::default() }).await;
    (outcome, server.seen("/x").len())
}

fn fine() -> Answer {
    Answer::json(200, &json!({ "data": 1 }))
}

#[tokio::test]
async fn what_may_be_repeated_is_tried_three_times() {
    // SDK-01
    let (outcome, tries) = verify_against(|before| if before < 2 { Answer::HangUp } else { fine() }).await;
    assert_eq!((outcome.unwrap().data::<u8>().unwrap(), tries), (1, 3));
    let (outcome, tries) = verify_against(|_| Answer::refusal(500, "internal")).await;
    assert_eq!((outcome.err().unwrap().advice(), tries), (Advice::TryLater(None), 3));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    // SDK-01
    let (outcome, tries) = verify_against(|_| Answer::refusal(403, "card_key.disabled")).await;
    assert_eq!((outcome.err().unwrap().advice(), tries), (Advice::ShowMessage, 1));
}

#[tokio::test]
async fn what_is_not_repeatable_is_sent_again_only_if_it_surely_was_not_done() {
    // SDK-01
    let sent = Request { path: "x", body: Some(&json!({})), ..Request::default() };
    let cases: [(fn() -> Answer, usize); 3] =
        [(|| Answer::HangUp, 1), (|| Answer::refusal(500, "x"), 1), (|| Answer::refusal(429, "x"), 3)];
    for (answer, tries) in cases {
        let server = FakeServer::start(move |_, _| answer()).await;
        let client = builder(&server.url, &clock()).build().unwrap();
        assert!(client.http.send(&sent).await.is_err());
        assert_eq!(server.seen("/x").len(), tries);
    }
}

#[tokio::test]
async fn a_server_that_wants_peace_for_long_is_left_alone() {
    // SEC-04
    let (outcome, tries) = verify_against(|_| Answer::refusal(429, "rate").with_header("retry-after: 60")).await;
    assert_eq!((outcome.err().unwrap().advice(), tries), (Advice::TryLater(Some(Duration::from_secs(60))), 1));
}

#[tokio::test]
async fn strange_answers_are_told_apart_from_refusals() {
    // SDK-01
    let page = |status| Answer::Reply { status, headers: String::new(), body: "<html>".to_owned() };
    let (outcome, _) = verify_against(move |_| page(200)).await;
    assert!(matches!(outcome.err().unwrap(), Error::UnexpectedReply { .. }));
    let (outcome, _) = verify_against(move |_| page(404)).await;
    assert!(matches!(outcome.err().unwrap(), Error::UnexpectedReply { .. }));
    let (outcome, _) = verify_against(move |_| page(502)).await;
    assert!(outcome.err().unwrap().server_is_away());
    let (outcome, _) = verify_against(|_| fine().with_header("x: y")).await;
    assert!(outcome.unwrap().data::<String>().is_err());
    let moved =
        || Answer::Reply { status: 301, headers: "location: https://b.example\r\n".to_owned(), body: String::new() };
    let (outcome, tries) = verify_against(move |_| moved()).await;
    let error = outcome.err().unwrap().to_string();
    assert!(error.contains("https://b.example") && tries == 1, "{error}");
    let (outcome, _) = verify_against(|_| Answer::json(200, &json!("x".repeat(LONGEST_REPLY)))).await;
    assert!(matches!(outcome.err().unwrap(), Error::UnexpectedReply { .. }));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_with_the_cause() {
    // SDK-01
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = builder(&format!("http://{closed}"), &clock()).build().unwrap();
    let error = client.sign_in("a", "b").await.unwrap_err();
    assert!(error.server_is_away());
    let text = error.to_string();
    assert!(text.contains(&closed.to_string()) && text.contains("refused"), "{text}");
}

#[test]
fn settings_that_cannot_be_are_named() {
    // SDK-01
    let problem =
        |builder: crate::ClientBuilder| builder.build().err().map(|error| error.to_string()).unwrap_or_default();
    let at = |server: &str| builder(server, &clock());
    assert!(problem(at("licence.example.com")).contains("`server`"));
    assert!(problem(at("ftp://licence.example.com")).contains("https://"));
    assert!(problem(at("http://licence.example.com")).contains("allow_plain_http"));
    assert_eq!(problem(at("http://licence.example.com").allow_plain_http()), "");
    assert_eq!(problem(at("http://[::1]:8000")), "");
    assert_eq!(problem(at("http://localhost:8000/licences/")), "");
    assert!(problem(at("http://localhost").language("zh\n")).contains("`language`"));
    assert!(problem(at("http://localhost").device(crate::DeviceInfo::default())).contains("`device`"));
    assert!(problem(at("http://localhost").trusted_keys(crate::JwkSet::default())).contains("`trusted_keys`"));
    assert!(problem(crate::Client::builder("http://localhost", "x")).contains("`app`"));
}

#[tokio::test]
async fn a_server_below_a_path_is_asked_there() {
    // SDK-01
    let server = FakeServer::start(|_, _| fine()).await;
    let client = Arc::new(builder(&format!("{}/licences/", server.url), &clock()).build().unwrap());
    client.http.send(&Request { path: "x", ..Request::default() }).await.unwrap();
    assert_eq!(server.seen("/x")[0].path, "/licences/x");
}
