use cardkey_crypto::unverified_claims;
use cardkey_domain::Validity;

use super::*;
use crate::Activated;
use crate::testing::{World, block_on, device};

fn case() -> (World, Activated, VerdictChecker) {
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let activated = world.activate(&code, &device(1)).unwrap();
    let keys = block_on(world.licensing.published_keys(activated.app_id)).unwrap().unwrap();
    let checker = VerdictChecker::new(activated.app_id, &keys);
    (world, activated, checker)
}

#[test]
fn a_verdict_is_good_offline_until_its_lease_ends() {
    // LIC-02, LIC-04
    let (world, activated, checker) = case();
    let check = || checker.check(&activated.verdict, Expectation::default(), world.now());
    assert_eq!(check().unwrap().until, world.now().plus(Duration::from_secs(72 * 3_600)));
    world.pass(72 * 3_600 + 299);
    assert!(check().is_ok(), "clocks may differ by five minutes");
    world.pass(1);
    assert!(matches!(check(), Err(CheckError::LeaseOver(_))));
}

#[test]
fn a_clock_that_is_behind_is_seen() {
    // LIC-02
    let (world, activated, checker) = case();
    let issued = world.now();
    let at =
        |earlier| checker.check(&activated.verdict, Expectation::default(), issued.minus(Duration::from_secs(earlier)));
    assert!(at(300).is_ok());
    let error = at(301).unwrap_err();
    assert_eq!(error.code(), Some(VerdictCode::ClockSkew));
}

#[test]
fn each_expectation_is_checked() {
    // LIC-01, LIC-02
    let (world, activated, checker) = case();
    let now = world.now();
    let check = |expected| checker.check(&activated.verdict, expected, now);
    let right =
        Expectation { device: Some(activated.device_id), nonce: Some("first"), epoch: 1, ..Expectation::default() };
    assert!(check(right).is_ok());
    assert_eq!(check(Expectation { device: Some(world.ambient.id()), ..right }), Err(CheckError::OtherDevice));
    assert_eq!(check(Expectation { licence: Some(world.ambient.id()), ..right }), Err(CheckError::OtherLicence));
    assert_eq!(check(Expectation { nonce: Some("second"), ..right }), Err(CheckError::OtherNonce));
    let earlier = check(Expectation { epoch: 2, ..right });
    assert_eq!(earlier, Err(CheckError::EarlierEpoch { seen: 1, expected: 2 }));
}

#[test]
fn keys_of_another_app_or_server_check_nothing() {
    // APP-07, LIC-02
    let (world, activated, _) = case();
    let other = world.app(crate::model::AppPolicy::default());
    let keys = block_on(world.licensing.published_keys(other.id)).unwrap().unwrap();
    let checker = VerdictChecker::new(activated.app_id, &keys);
    let answer = checker.check(&activated.verdict, Expectation::default(), world.now());
    assert_eq!(answer, Err(CheckError::NotGenuine(TokenError::UnknownKey)));

    let own = block_on(world.licensing.published_keys(activated.app_id)).unwrap().unwrap();
    let checker = VerdictChecker::new(other.id, &own);
    assert_eq!(checker.check(&activated.verdict, Expectation::default(), world.now()), Err(CheckError::OtherApp));
}

#[test]
fn a_refusal_never_lets_the_app_run() {
    // LIC-01
    let (world, activated, checker) = case();
    let refusal = world.verify(&activated.verdict, &device(2)).unwrap();
    let error = checker.check(&refusal.verdict, Expectation::default(), world.now()).unwrap_err();
    assert_eq!(error.code(), Some(VerdictCode::DeviceMismatch));
    let claims: VerdictClaims = unverified_claims(&refusal.verdict).unwrap();
    assert_eq!((claims.exp - claims.iat, claims.lease_until), (300, claims.iat));
    assert!(claims.entitlements.is_empty());
}
