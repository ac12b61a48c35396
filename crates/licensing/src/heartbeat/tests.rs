use std::sync::{Arc, Mutex};
use std::time::Duration;

use cardkey_crypto::unverified_claims;
use cardkey_domain::{BlacklistSubject, CardKeyCode, Validity};

use super::*;
use crate::testing::{World, block_on, device, text};
use crate::{Activated, ShutOut, Sightings, VerdictClaims};

const DAYS: Validity = Validity::Days { days: 30 };

#[derive(Default)]
struct Seen(Mutex<Vec<Sighting>>);

impl Sightings for Seen {
    fn note(&self, sighting: Sighting) {
        self.0.lock().unwrap().push(sighting);
    }
}

struct Case {
    world: World,
    code: CardKeyCode,
    activated: Activated,
    seen: Arc<Seen>,
}

fn case(validity: Validity) -> Case {
    let mut world = World::new();
    let seen = Arc::new(Seen::default());
    world.licensing = world.licensing.with_sightings(seen.clone());
    let code = world.card_key(validity);
    let activated = world.activate(&code, &device(1)).unwrap();
    Case { world, code, activated, seen }
}

impl Case {
    fn beat(&self, verdict: &str) -> Heard {
        let (nonce, status) = (Nonce::parse("beat").unwrap(), Some(text("editing")));
        let beat = Heartbeat { verdict: verdict.to_owned(), nonce, status, proof: None };
        block_on(self.world.licensing.heartbeat(&self.world.call(self.world.customer), beat)).unwrap()
    }

    fn code(&self) -> VerdictCode {
        let heard = self.beat(&self.activated.verdict);
        assert_eq!(heard.verified.valid, heard.verified.code == VerdictCode::Valid);
        heard.verified.code
    }
}

fn claims(heard: &Heard) -> VerdictClaims {
    unverified_claims(&heard.verified.verdict).unwrap()
}

#[test]
fn a_heartbeat_is_answered_with_a_fresh_verdict_and_noted() {
    // DEV-04
    let case = case(DAYS);
    case.world.pass(300);
    let heard = case.beat(&case.activated.verdict);
    assert_eq!((heard.at, heard.next_in_seconds), (case.world.now(), 300));
    let said = claims(&heard);
    assert_eq!(said.nonce, Some(Nonce::parse("beat").unwrap()));
    assert_eq!(said.lease_until, case.world.now().plus(Duration::from_secs(72 * 3_600)).seconds());
    let seen = case.seen.0.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].device, seen[0].at), (case.activated.device_id, case.world.now()));
    assert_eq!(seen[0].status, Some(text("editing")));
}

#[test]
fn every_reason_has_its_code() {
    // DEV-04, DEV-05, DEV-06
    let case = case(DAYS);
    let (world, operator, id) = (&case.world, case.world.operator(), case.world.id_of(&case.code));
    assert_eq!(case.code(), VerdictCode::Valid);
    block_on(world.licensing.disable(&operator, id)).unwrap();
    assert_eq!(case.code(), VerdictCode::Disabled);
    block_on(world.licensing.enable(&operator, id)).unwrap();
    let shut_out = ShutOut {
        subject: BlacklistSubject::Device(case.activated.device_id),
        reason: text("stolen"),
        until: Some(world.now().plus(Duration::from_secs(60))),
    };
    block_on(world.licensing.shut_out(&operator, shut_out)).unwrap();
    assert_eq!(case.code(), VerdictCode::Blacklisted);
    world.pass(60);
    assert_eq!(case.code(), VerdictCode::Valid);
    block_on(world.licensing.unbind(&operator, id, None)).unwrap();
    assert_eq!(case.code(), VerdictCode::DeviceUnbound);
}

#[test]
fn heartbeats_cost_no_use_within_the_lease_and_do_not_prolong_it() {
    // LIC-06
    let case = case(Validity::Metered { uses: 1 });
    let started = case.world.verify(&case.activated.verdict, &device(1)).unwrap();
    assert!(started.valid);
    let lease: VerdictClaims = unverified_claims(&started.verdict).unwrap();
    case.world.pass(71 * 3_600);
    let heard = case.beat(&started.verdict);
    assert_eq!((heard.verified.code, claims(&heard).lease_until), (VerdictCode::Valid, lease.lease_until));
    case.world.pass(3_600);
    assert_eq!(case.beat(&heard.verified.verdict).verified.code, VerdictCode::QuotaExhausted);
    assert_eq!(case.world.verify(&heard.verified.verdict, &device(1)).unwrap().code, VerdictCode::QuotaExhausted);
}

#[test]
fn what_is_no_verdict_of_ours_is_refused() {
    // DEV-04, LIC-01
    let case = case(DAYS);
    let forged = case.activated.verdict.replace('.', "x");
    let beat = Heartbeat { verdict: forged, nonce: Nonce::parse("beat").unwrap(), status: None, proof: None };
    let refused = block_on(case.world.licensing.heartbeat(&case.world.operator(), beat));
    assert!(matches!(refused, Err(VerifyError::VerdictInvalid)), "{refused:?}");
    assert!(case.seen.0.lock().unwrap().is_empty());
}
