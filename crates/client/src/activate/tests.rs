use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::testing::{Answer, Authority, FakeServer, Seen, builder, clock, usual};
use crate::{Advice, FileStorage};

/// A server that answers the first activations by `first`, given how many came before, and the rest as usual.
async fn activating(first: impl Fn(usize) -> Option<Answer> + Send + Sync + 'static) -> FakeServer {
    let count = AtomicUsize::new(0);
    FakeServer::start(move |seen, _| {
        let early = seen.path.ends_with("/activate").then(|| first(count.fetch_add(1, Ordering::SeqCst))).flatten();
        early.unwrap_or_else(|| usual(&Authority::new(1), seen))
    })
    .await
}

fn keys_and_nonces(asked: &[Seen]) -> Vec<(String, String)> {
    asked.iter().map(|seen| (seen.headers["idempotency-key"].clone(), seen.body["nonce"].to_string())).collect()
}

#[tokio::test]
async fn a_card_key_is_sent_as_it_is_meant_and_the_verdict_is_kept() {
    // CARD-06
    let server = activating(|_| None).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    let verdict = client.activate(" abcd-efgh－jklm npqr").await.unwrap();
    assert_eq!(verdict.entitlements, ["pro"]);
    let asked = &server.seen("/activate")[0];
    assert_eq!(asked.body["card_key"], "ABCDEFGHJKLMNPQR");
    assert_eq!(asked.headers["authorization"], "Bearer access-1");
    assert!(client.start_offline().await.unwrap().valid);
}

#[tokio::test]
async fn a_lost_reply_is_asked_for_again_as_the_same_request() {
    // SEC-11
    let server = activating(|before| (before < 2).then_some(Answer::HangUp)).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    assert!(client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap().valid);
    let asked = keys_and_nonces(&server.seen("/activate"));
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|one| *one == asked[0]));
}

#[tokio::test]
async fn a_try_that_overtakes_the_first_waits_for_its_outcome() {
    // SEC-11
    let server = activating(|before| match before {
        0 => Some(Answer::HangUp),
        1 => Some(Answer::refusal(409, "idempotency.in_flight")),
        _ => None,
    })
    .await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    assert!(client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap().valid);
    let asked = keys_and_nonces(&server.seen("/activate"));
    assert!(asked.len() == 3 && asked.iter().all(|one| *one == asked[0]));
}

#[tokio::test]
async fn a_program_that_died_before_the_reply_asks_for_the_same_thing_when_it_comes_back() {
    // SEC-11
    let server = activating(|before| (before < 3).then_some(Answer::HangUp)).await;
    let folder = tempfile::tempdir().unwrap();
    let clock = clock();
    let program = || builder(&server.url, &clock).storage(FileStorage::open(folder.path()).unwrap()).build().unwrap();
    let first = program();
    first.sign_in("wang", "pass").await.unwrap();
    assert!(matches!(first.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap_err(), Error::Network { .. }));
    assert!(program().activate("ABCD-EFGH-JKLM-NPQR").await.unwrap().valid);
    let asked = keys_and_nonces(&server.seen("/activate"));
    assert!(asked.iter().all(|one| *one == asked[0]));
    // What is answered is over: the next one is another request.
    program().activate("ABCD-EFGH-JKLM-NPQR").await.unwrap();
    assert_ne!(keys_and_nonces(&server.seen("/activate")).last(), asked.first());
}

#[tokio::test]
async fn a_refusal_names_its_reason_and_ends_the_request() {
    // CARD-06
    let server = activating(|before| (before == 0).then(|| Answer::refusal(409, "card_key.already_used"))).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    let error = client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap_err();
    assert_eq!(error.advice(), Advice::ShowMessage);
    let Error::Refused(refusal) = error else { panic!("{error:?}") };
    assert_eq!(
        (refusal.status, refusal.code.as_str(), refusal.request_id.as_str()),
        (409, "card_key.already_used", "r1")
    );
    assert_eq!(refusal.fields, [("card_key".to_owned(), "bad".to_owned())]);
    client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap();
    let asked = keys_and_nonces(&server.seen("/activate"));
    assert_ne!(asked[0], asked[1]);
}

#[tokio::test]
async fn an_activation_needs_somebody_signed_in() {
    // CARD-13
    let server = activating(|_| None).await;
    let client = builder(&server.url, &clock()).build().unwrap();
    assert_eq!(client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap_err().advice(), Advice::SignIn);
    assert!(server.seen("/activate").is_empty());
}

#[tokio::test]
async fn a_verdict_of_somebody_else_is_no_activation() {
    // LIC-01
    let forging = Arc::new(Authority::new(2));
    let server = FakeServer::start(move |seen, _| match seen.path.ends_with("/activate") {
        true => forging.answer(seen, |_| {}),
        false => usual(&Authority::new(1), seen),
    })
    .await;
    let client = builder(&server.url, &clock()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    assert_eq!(client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap_err().advice(), Advice::DoNotRun);
    assert_eq!(client.start_offline().await.unwrap_err().advice(), Advice::Activate);
}
