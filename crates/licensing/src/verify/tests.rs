use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardkey_crypto::{Proof, ProofClaims, Signer, SigningKey, base64url, unverified_claims};
use cardkey_domain::{BlacklistSubject, CardKeyCode, SeededEntropy, UserName, Validity};
use proptest::prelude::*;

use super::*;
use crate::model::{AppStatus, PolicyChange};
use crate::testing::{World, activation, block_on, device, text, verification};
use crate::{
    Activate, Activated, ChangeApp, Expectation, Extension, ShutOut, Sightings, VERDICT_TYPE, VerdictChecker,
    VerdictClaims,
};

const DAYS: Validity = Validity::Days { days: 30 };
const URL: &str = "https://licence.example/api/v1/card-keys/verify";

struct Case {
    world: World,
    code: CardKeyCode,
    activated: Activated,
}

fn case(validity: Validity) -> Case {
    let world = World::new();
    let code = world.card_key(validity);
    let activated = world.activate(&code, &device(1)).unwrap();
    Case { world, code, activated }
}

impl Case {
    fn code(&self) -> VerdictCode {
        let answer = self.world.verify(&self.activated.verdict, &device(1)).unwrap();
        assert_eq!(answer.valid, answer.code == VerdictCode::Valid);
        self.check_genuine(&answer.verdict, answer.code);
        answer.code
    }

    fn check_genuine(&self, verdict: &str, code: VerdictCode) {
        let keys = block_on(self.world.licensing.published_keys(self.activated.app_id)).unwrap().unwrap();
        let checker = VerdictChecker::new(self.activated.app_id, &keys);
        let expected =
            Expectation { device: Some(self.activated.device_id), nonce: Some("again"), ..Expectation::default() };
        match checker.check(verdict, expected, self.world.now()) {
            Ok(lease) => assert_eq!(lease.claims.code, code),
            Err(error) => assert_eq!(error.code(), Some(code), "{error}"),
        }
    }

    fn change(&self, change: ChangeApp) {
        block_on(self.world.licensing.change_app(&self.world.operator(), self.activated.app_id, change)).unwrap();
    }
}

#[test]
fn a_bound_device_gets_a_valid_verdict_with_its_nonce() {
    // CARD-08, LIC-04
    let case = case(DAYS);
    assert_eq!(case.code(), VerdictCode::Valid);
    let answer = case.world.verify(&case.activated.verdict, &device(1)).unwrap();
    assert_eq!(answer.expires_at, case.activated.expires_at);
    // the new verdict identifies as well as the first one
    assert!(case.world.verify(&answer.verdict, &device(1)).unwrap().valid);
}

#[test]
fn the_lease_ends_with_the_licence_if_that_is_sooner() {
    // LIC-04
    let case = case(Validity::Hours { hours: 5 });
    let claims: VerdictClaims = unverified_claims(&case.activated.verdict).unwrap();
    assert_eq!(claims.lease_until - claims.iat, 5 * 3_600);
    assert_eq!(claims.license_expires_at, Some(claims.lease_until));
}

#[test]
fn each_state_has_its_code() {
    // CARD-08
    let case = case(DAYS);
    let (licensing, operator, id) = (&case.world.licensing, case.world.operator(), case.world.id_of(&case.code));
    block_on(licensing.disable(&operator, id)).unwrap();
    assert_eq!(case.code(), VerdictCode::Disabled);
    block_on(licensing.enable(&operator, id)).unwrap();
    assert_eq!(case.code(), VerdictCode::Valid);
    block_on(licensing.delete(&operator, id)).unwrap();
    assert_eq!(case.code(), VerdictCode::Deleted);
    block_on(licensing.restore(&operator, id)).unwrap();
    case.world.pass(30 * 86_400);
    assert_eq!(case.code(), VerdictCode::Expired);
    block_on(licensing.extend(&operator, id, Extension::For(Duration::from_secs(86_400)))).unwrap();
    assert_eq!(case.code(), VerdictCode::Valid);
    block_on(licensing.unbind(&operator, id, None)).unwrap();
    assert_eq!(case.code(), VerdictCode::DeviceUnbound);
    let to = UserName::parse("stranger").unwrap();
    block_on(licensing.transfer(&operator, id, &to)).unwrap();
    assert_eq!(case.code(), VerdictCode::DeviceUnbound);
}

#[test]
fn the_app_and_the_account_have_their_codes() {
    // CARD-08
    let case = case(DAYS);
    case.world.store.put_account(case.world.customer, "customer", false);
    assert_eq!(case.code(), VerdictCode::UserDisabled);
    case.change(ChangeApp { status: Some(AppStatus::Disabled), ..ChangeApp::default() });
    assert_eq!(case.code(), VerdictCode::AppDisabled);
}

#[test]
fn another_machine_with_the_same_file_is_a_mismatch() {
    // DEV-01, CARD-08
    let case = case(DAYS);
    for other in [device(2), DeviceInfo::default(), DeviceInfo { motherboard_id: Some("OTHER-1".into()), ..device(1) }]
    {
        let answer = case.world.verify(&case.activated.verdict, &other).unwrap();
        assert_eq!((answer.valid, answer.code), (false, VerdictCode::DeviceMismatch));
    }
}

#[test]
fn a_version_below_the_minimum_is_too_old_and_so_is_none() {
    // CARD-08
    let case = case(DAYS);
    let policy = PolicyChange { minimum_version: Some(Some(Version::new(2, 0, 0))), ..PolicyChange::default() };
    case.change(ChangeApp { policy, ..ChangeApp::default() });
    for (version, code) in [
        (None, VerdictCode::VersionTooOld),
        (Some("1.9.9"), VerdictCode::VersionTooOld),
        (Some("2.0.0-rc.1"), VerdictCode::VersionTooOld),
        (Some("2.0.0"), VerdictCode::Valid),
    ] {
        let version = version.map(|version| version.parse().unwrap());
        let command = Verify { version, ..verification(&case.activated.verdict, &device(1)) };
        let answer = block_on(case.world.licensing.verify(&case.world.operator(), command)).unwrap();
        assert_eq!(answer.code, code);
    }
}

#[test]
fn a_shut_out_device_or_address_is_told_so() {
    // DEV-06
    let case = case(DAYS);
    for subject in
        [BlacklistSubject::Device(case.activated.device_id), BlacklistSubject::parse("network", "203.0.113.7").unwrap()]
    {
        let until = Some(case.world.now().plus(Duration::from_secs(60)));
        let command = ShutOut { subject, reason: text("fraud"), until };
        block_on(case.world.licensing.shut_out(&case.world.operator(), command)).unwrap();
        assert_eq!(case.code(), VerdictCode::Blacklisted);
        case.world.pass(60);
        assert_eq!(case.code(), VerdictCode::Valid);
    }
}

#[test]
fn metered_uses_are_counted_one_by_one() {
    // LIC-06, CARD-05
    let case = case(Validity::Metered { uses: 2 });
    assert_eq!(case.code(), VerdictCode::Valid);
    assert_eq!(case.code(), VerdictCode::Valid);
    assert_eq!(case.code(), VerdictCode::QuotaExhausted);
    let id = case.world.id_of(&case.code);
    block_on(case.world.licensing.extend(&case.world.operator(), id, Extension::Uses(1))).unwrap();
    assert_eq!(case.code(), VerdictCode::Valid);
    assert_eq!(case.code(), VerdictCode::QuotaExhausted);
}

#[test]
fn a_forged_foreign_or_unsigned_verdict_is_no_verdict() {
    // LIC-01, SEC-05
    let case = case(DAYS);
    let genuine = &case.activated.verdict;
    let claims: VerdictClaims = unverified_claims(genuine).unwrap();
    let forger = SigningKey::generate(&SeededEntropy::new(666));
    let kid = genuine_kid(genuine);
    let unsigned = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none","typ":"cardkey-verdict+jwt"}"#),
        base64url(serde_json::to_string(&claims).unwrap().as_bytes())
    );
    let elsewhere = World::new();
    elsewhere.pass(1);
    let foreign_code = elsewhere.card_key(DAYS);
    let foreign = elsewhere.activate(&foreign_code, &device(1)).unwrap().verdict;
    for forged in [
        Signer::eddsa(&kid, &forger).sign(VERDICT_TYPE, &claims),
        Signer::eddsa("unknown", &forger).sign(VERDICT_TYPE, &claims),
        unsigned,
        foreign,
        format!("{}x", &genuine[..genuine.len() - 1]),
        String::new(),
        "a.b.c".to_owned(),
    ] {
        let answer = case.world.verify(&forged, &device(1));
        assert!(matches!(answer, Err(VerifyError::VerdictInvalid)), "{forged}");
    }
}

fn genuine_kid(verdict: &str) -> String {
    let header = cardkey_crypto::from_base64url(verdict.split('.').next().unwrap()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn an_old_verdict_identifies_for_ninety_days_and_no_longer() {
    // LIC-04
    let case = case(Validity::Permanent);
    case.world.pass(72 * 3_600 + 90 * 86_400);
    assert_eq!(case.code(), VerdictCode::Valid);
    case.world.pass(1);
    let answer = case.world.verify(&case.activated.verdict, &device(1));
    assert!(matches!(answer, Err(VerifyError::VerdictExpired)));
}

#[test]
fn verdicts_outlive_a_move_of_the_server_to_another_address() {
    // LIC-01
    let case = case(DAYS);
    let moved = case.world.moved_to("https://licence.example.org");
    let command = verification(&case.activated.verdict, &device(1));
    let answer = block_on(moved.verify(&case.world.call(case.world.customer), command)).unwrap();
    assert!(answer.valid);
    let claims: VerdictClaims = unverified_claims(&answer.verdict).unwrap();
    assert_eq!(claims.iss, "https://licence.example.org");
}

#[test]
fn verdicts_outlive_the_rotation_of_the_key_that_signed_them() {
    // APP-07
    let case = case(DAYS);
    let old = genuine_kid(&case.activated.verdict);
    block_on(case.world.licensing.rotate_signing_key(&case.world.operator(), case.activated.app_id)).unwrap();
    let answer = case.world.verify(&case.activated.verdict, &device(1)).unwrap();
    assert!(answer.valid);
    assert_ne!(genuine_kid(&answer.verdict), old);
}

#[test]
fn a_device_with_a_key_must_prove_it_each_time_anew() {
    // DEV-08
    let world = World::new();
    let code = world.card_key(DAYS);
    let key = SigningKey::generate(&SeededEntropy::new(5));
    let other = SigningKey::generate(&SeededEntropy::new(6));
    let command =
        Activate { device_public_key: Some(key.public_key()), ..activation(world.customer, &code, &device(1)) };
    let activated = block_on(world.licensing.activate(&world.call(world.customer), command)).unwrap();
    let claims = |jti: &str| ProofClaims {
        jti: jti.to_owned(),
        htm: "POST".to_owned(),
        htu: URL.to_owned(),
        iat: world.now().seconds(),
        nonce: None,
        ath: None,
    };
    let ask = |proof: Option<String>| {
        let proof = proof.map(|jws| PresentedProof { jws, method: "POST".to_owned(), urls: vec![URL.to_owned()] });
        let command = Verify { proof, ..verification(&activated.verdict, &device(1)) };
        block_on(world.licensing.verify(&world.operator(), command)).unwrap().code
    };
    let sign = |claims: &ProofClaims| Some(Proof::sign(&key, claims));
    assert_eq!(ask(None), VerdictCode::ProofRequired);
    assert_eq!(ask(sign(&claims("a"))), VerdictCode::Valid);
    assert_eq!(ask(sign(&claims("a"))), VerdictCode::ProofInvalid, "a replay");
    assert_eq!(ask(sign(&claims("b"))), VerdictCode::Valid);
    assert_eq!(ask(Some(Proof::sign(&other, &claims("c")))), VerdictCode::ProofInvalid);
    assert_eq!(ask(sign(&ProofClaims { htm: "GET".to_owned(), ..claims("d") })), VerdictCode::ProofInvalid);
    assert_eq!(ask(sign(&ProofClaims { htu: "https://evil/".to_owned(), ..claims("e") })), VerdictCode::ProofInvalid);
    assert_eq!(ask(sign(&ProofClaims { iat: world.now().seconds() - 61, ..claims("f") })), VerdictCode::ProofInvalid);
    assert_eq!(ask(sign(&ProofClaims { iat: world.now().seconds() + 61, ..claims("g") })), VerdictCode::ProofInvalid);
    assert_eq!(ask(sign(&ProofClaims { ath: Some("x".to_owned()), ..claims("h") })), VerdictCode::ProofInvalid);
    assert_eq!(ask(Some("rubbish".to_owned())), VerdictCode::ProofInvalid);
}

#[test]
fn a_sighting_is_told_of_the_right_device_alone() {
    // DEV-03, DEV-04
    #[derive(Default)]
    struct Seen(Mutex<Vec<Sighting>>);
    impl Sightings for Seen {
        fn note(&self, sighting: Sighting) {
            self.0.lock().unwrap().push(sighting);
        }
    }
    let mut case = case(DAYS);
    let seen = Arc::new(Seen::default());
    case.world.licensing = case.world.licensing.with_sightings(seen.clone());
    case.world.verify(&case.activated.verdict, &device(2)).unwrap();
    assert!(seen.0.lock().unwrap().is_empty());
    case.world.verify(&case.activated.verdict, &device(1)).unwrap();
    assert_eq!(seen.0.lock().unwrap()[0].device, case.activated.device_id);
}

proptest! {
    #[test]
    fn no_text_is_taken_for_a_verdict(text in ".{0,300}") {
        // TEST-02
        let world = World::new();
        let answer = world.verify(&text, &device(1));
        prop_assert!(matches!(answer, Err(VerifyError::VerdictInvalid)));
    }

    #[test]
    fn no_altered_verdict_is_genuine(position in 0usize..2_000, bit in 0u8..7) {
        // TEST-02
        let case = case(DAYS);
        let mut bytes = case.activated.verdict.clone().into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        let Ok(altered) = String::from_utf8(bytes) else { return Ok(()) };
        let answer = case.world.verify(&altered, &device(1));
        prop_assert!(matches!(answer, Err(VerifyError::VerdictInvalid)));
    }
}
