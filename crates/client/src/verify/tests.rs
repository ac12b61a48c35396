use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use cardkey_crypto::Proof;
use cardkey_domain::ManualClock;

use super::*;
use crate::testing::{Answer, Authority, FakeServer, NOON, Seen, builder, clock, device, refuse, usual};
use crate::{ClientBuilder, MemoryStorage};

async fn activated(builder: ClientBuilder) -> Client {
    let client = builder.storage(MemoryStorage::new()).build().unwrap();
    client.sign_in("wang", "pass").await.unwrap();
    client.activate("ABCD-EFGH-JKLM-NPQR").await.unwrap();
    client
}

/// A server whose answers to verify are made by `answer`.
async fn verifying(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> (FakeServer, Client, Arc<ManualClock>) {
    let server = FakeServer::start(move |seen, _| match seen.path.ends_with("/verify") {
        true => answer(seen),
        false => usual(&Authority::new(1), seen),
    })
    .await;
    let clock = clock();
    let client = activated(builder(&server.url, &clock).version("1.2.3")).await;
    (server, client, clock)
}

#[tokio::test]
async fn each_question_is_new_and_shows_the_latest_verdict() {
    // LIC-01
    let (server, client, _) = verifying(|seen| Authority::new(1).answer(seen, |_| {})).await;
    assert!(client.verify().await.unwrap().valid);
    assert!(client.verify().await.unwrap().valid);
    let asked = server.seen("/verify");
    assert_ne!(asked[0].body["nonce"], asked[1].body["nonce"]);
    assert_ne!(asked[0].body["license"], asked[1].body["license"]);
    assert_eq!(asked[0].body["version"], "1.2.3");
    assert_eq!(asked[0].body["device_info"], json!(device()));
    assert!(!asked[0].headers.contains_key("authorization") && !asked[0].headers.contains_key("dpop"));
}

#[tokio::test]
async fn answers_that_are_not_the_answer_are_not_believed_and_not_kept() {
    // LIC-01
    let other: &'static str = "01909b8e-1c4f-7d3a-8f1e-0000000000ff";
    type Change = fn(&mut Verdict, &str);
    let cases: [(Change, CheckError); 5] = [
        (|verdict, id| verdict.aud = id.parse().unwrap(), CheckError::OtherApp),
        (|verdict, id| verdict.sub = id.parse().unwrap(), CheckError::OtherLicence),
        (|verdict, id| verdict.device = id.parse().unwrap(), CheckError::OtherDevice),
        (|verdict, _| verdict.nonce = None, CheckError::OtherNonce),
        (|verdict, _| verdict.epoch = 2, CheckError::EarlierEpoch { seen: 2, expected: 3 }),
    ];
    for (change, expected) in cases {
        let (_server, client, _) =
            verifying(move |seen| Authority::new(1).answer(seen, |verdict| change(verdict, other))).await;
        let before = client.licence().await.unwrap().verdict;
        match client.verify().await.unwrap_err() {
            Error::NotGenuine(found) => assert_eq!(found, expected),
            other => panic!("{other:?}"),
        }
        assert_eq!(client.licence().await.unwrap().verdict, before);
    }
}

#[tokio::test]
async fn a_metered_verification_is_repeated_as_the_same_one() {
    // LIC-06
    let server = FakeServer::start(|seen, before| match seen.path.ends_with("/verify") && before < 4 {
        true => Answer::HangUp,
        false => usual(&Authority::new(1), seen),
    })
    .await;
    let client = activated(builder(&server.url, &clock()).metered()).await;
    assert!(client.verify().await.unwrap().valid);
    let asked = server.seen("/verify");
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].headers["idempotency-key"], asked[1].headers["idempotency-key"]);
    assert_eq!(asked[0].body, asked[1].body);
}

#[tokio::test]
async fn a_rotated_key_is_fetched_but_never_when_the_keys_are_built_in() {
    // APP-07, LIC-01
    let number = Arc::new(AtomicU8::new(1));
    let signing = Arc::clone(&number);
    let server = FakeServer::start(move |seen, _| usual(&Authority::new(signing.load(Ordering::SeqCst)), seen)).await;
    let fetching = activated(builder(&server.url, &clock())).await;
    let pinned = activated(builder(&server.url, &clock()).trusted_keys(Authority::new(1).jwks())).await;
    number.store(2, Ordering::SeqCst);
    assert!(fetching.verify().await.unwrap().valid);
    let error = pinned.verify().await.unwrap_err();
    assert!(matches!(error, Error::NotGenuine(CheckError::NotGenuine(TokenError::UnknownKey))), "{error:?}");
}

#[tokio::test]
async fn a_device_with_a_key_gives_it_at_activation_and_proves_it_ever_after() {
    // DEV-08
    let server = FakeServer::start(|seen, _| usual(&Authority::new(1), seen)).await;
    let client = activated(builder(&server.url, &clock()).device_key()).await;
    client.verify().await.unwrap();
    client.verify().await.unwrap();
    let given = server.seen("/activate")[0].body["device_public_key"].as_str().unwrap().to_owned();
    let asked = server.seen("/verify");
    let proofs: Vec<_> = asked.iter().map(|seen| Proof::parse(&seen.headers["dpop"]).unwrap()).collect();
    assert_eq!(proofs[0].key.to_string(), given);
    assert!(proofs[0].is_for("POST", &format!("{}/api/v1/card-keys/verify", server.url)));
    assert_eq!(proofs[0].claims.iat, NOON);
    assert_ne!(proofs[0].claims.jti, proofs[1].claims.jti);
}

#[tokio::test]
async fn a_proof_refused_for_a_wrong_clock_is_made_again_by_the_servers() {
    // DEV-08
    let server = FakeServer::start(|seen, _| {
        let authority = Authority::new(1);
        match seen.headers.get("dpop").map(|proof| Proof::parse(proof).unwrap().claims.iat) {
            Some(NOON) => authority.answer(seen, |_| {}),
            Some(_) => authority.answer(seen, |verdict| refuse(verdict, VerdictCode::ProofInvalid)),
            None => usual(&authority, seen),
        }
    })
    .await;
    let clock = clock();
    let client = activated(builder(&server.url, &clock).device_key()).await;
    clock.advance(Duration::from_secs(600));
    assert!(client.verify().await.unwrap().valid);
    assert_eq!(server.seen("/verify").len(), 2);
}
