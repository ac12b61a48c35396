use cardkey_crypto::unverified_claims;
use cardkey_domain::{BlacklistSubject, Validity};
use cardkey_events::Happening;

use super::*;
use crate::model::{AppPolicy, CardKeyState};
use crate::testing::{World, activation, block_on, device, text};
use crate::{ChangeApp, ShutOut, VerdictClaims};

const DAYS: Validity = Validity::Days { days: 30 };

fn shut_out(world: &World, subject: BlacklistSubject) {
    let command = ShutOut { subject, reason: text("fraud"), until: None };
    block_on(world.licensing.shut_out(&world.operator(), command)).unwrap();
}

#[test]
fn a_card_key_becomes_a_licence_bound_to_the_device() {
    // CARD-06, CARD-05, LIC-01
    let world = World::new();
    let code = world.card_key(DAYS);
    let activated = world.activate(&code, &device(1)).unwrap();
    let card = world.stored(&code);
    assert_eq!(card.state, CardKeyState::Activated);
    assert_eq!(card.owner_id, Some(world.customer));
    assert_eq!(card.expires_at, DAYS.ends_at(world.now()));
    let (licence, seats) = block_on(world.licensing.licence(activated.licence_id)).unwrap().unwrap();
    assert_eq!((licence.owner_id, licence.epoch, seats.len()), (world.customer, 1, 1));
    assert_eq!(seats[0].device_id, activated.device_id);

    let claims: VerdictClaims = unverified_claims(&activated.verdict).unwrap();
    assert!(claims.valid && claims.code == VerdictCode::Valid);
    assert_eq!((claims.sub, claims.device, claims.aud), (activated.licence_id, activated.device_id, activated.app_id));
    assert_eq!(claims.nonce.unwrap().as_str(), "first");
    assert_eq!(claims.lease_until - claims.iat, 72 * 3_600);
    assert_eq!(claims.exp, claims.lease_until);
    assert!(world.deeds().contains(&"card_key.activate".to_owned()));
    let happened = world.happenings();
    assert!(happened.iter().any(|h| matches!(h, Happening::CardKeyActivated { .. })));
    assert!(happened.iter().any(|h| matches!(h, Happening::DeviceRegistered { .. })));
}

#[test]
fn every_refusal_says_why_and_changes_nothing() {
    // CARD-06
    let world = World::new();
    let code = world.card_key(DAYS);
    let unknown = CardKeyCode::parse("AAAA-BBBB-CCCC-DDDD").unwrap();
    assert!(matches!(world.activate(&unknown, &device(1)), Err(ActivateError::Invalid)));
    world.activate(&code, &device(1)).unwrap();
    let before = world.store.audit_log().len();
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::AlreadyBound)));
    assert!(matches!(world.activate(&code, &device(2)), Err(ActivateError::AlreadyUsed)));
    assert!(matches!(world.activate_as(world.stranger, &code, &device(2)), Err(ActivateError::AlreadyUsed)));

    let id = world.id_of(&code);
    block_on(world.licensing.disable(&world.operator(), id)).unwrap();
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::Disabled)));
    block_on(world.licensing.delete(&world.operator(), id)).unwrap();
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::Invalid)));
    assert_eq!(world.store.audit_log().len(), before + 2);
}

#[test]
fn a_card_key_whose_date_has_passed_is_refused_before_any_job_marks_it() {
    // CARD-05, CARD-06
    let world = World::new();
    let until = Validity::Until { until: world.now().plus(std::time::Duration::from_secs(60)) };
    let code = world.card_key(until);
    world.pass(60);
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::Expired)));
    assert_eq!(world.stored(&code).state, CardKeyState::Unused);
}

#[test]
fn an_owner_binds_as_many_devices_as_there_are_seats() {
    // CARD-07
    let world = World::new();
    let app = world.app(AppPolicy { max_devices: 3, ..AppPolicy::default() });
    let code = world.card_key_of(app.id, DAYS, None);
    let first = world.activate(&code, &device(1)).unwrap();
    let second = world.activate(&code, &device(2)).unwrap();
    world.activate(&code, &device(3)).unwrap();
    assert_eq!(first.licence_id, second.licence_id);
    assert_eq!(first.expires_at, second.expires_at);
    assert!(matches!(world.activate(&code, &device(4)), Err(ActivateError::AlreadyUsed)));

    let id = world.id_of(&code);
    block_on(world.licensing.unbind(&world.operator(), id, Some(second.device_id))).unwrap();
    world.activate(&code, &device(4)).unwrap();
    let (_, seats) = block_on(world.licensing.licence(first.licence_id)).unwrap().unwrap();
    assert_eq!(seats.iter().map(|seat| seat.number).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn of_a_thousand_concurrent_tries_one_succeeds() {
    // CARD-06
    let world = World::new();
    let code = world.card_key(DAYS);
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let attempt = |number: u32| {
            let (world, code) = (&world, &code);
            let user = if number.is_multiple_of(2) { world.customer } else { world.stranger };
            move || world.activate_as(user, code, &device(number % 10))
        };
        let threads: Vec<_> = (0..1_000).map(|number| scope.spawn(attempt(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let precise = |outcome: &Result<_, _>| {
        matches!(outcome, Ok(_) | Err(ActivateError::AlreadyBound | ActivateError::AlreadyUsed))
    };
    assert!(outcomes.iter().all(precise), "{outcomes:?}");
    assert_eq!(world.deeds().iter().filter(|deed| *deed == "card_key.activate").count(), 1);
}

#[test]
fn who_is_shut_out_redeems_nothing() {
    // DEV-06, CARD-06
    let world = World::new();
    let code = world.card_key(DAYS);
    let hash = identify(&world.licensing.lookup, world.ambient.id(), Default::default(), &device(1)).unwrap();
    let component = BlacklistSubject::Component(hash.components[1].hash.clone());
    for subject in [
        BlacklistSubject::Account(world.customer),
        BlacklistSubject::parse("network", "203.0.113.0/24").unwrap(),
        component,
    ] {
        shut_out(&world, subject);
        assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::Blacklisted)));
        let entries = block_on(world.licensing.blacklist_entries(true, None, cardkey_domain::PageRequest::first()));
        block_on(world.licensing.lift(&world.operator(), entries.unwrap().items[0].id)).unwrap();
    }
    world.activate(&code, &device(1)).unwrap();
}

#[test]
fn a_disabled_app_takes_no_activations() {
    // CARD-08
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let code = world.card_key_of(app.id, DAYS, None);
    let change = ChangeApp { status: Some(AppStatus::Disabled), ..ChangeApp::default() };
    block_on(world.licensing.change_app(&world.operator(), app.id, change)).unwrap();
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::AppDisabled)));
}

#[test]
fn a_device_without_identity_is_refused_and_told_which_components_are_junk() {
    // DEV-01
    let world = World::new();
    let code = world.card_key(DAYS);
    let junk = DeviceInfo {
        cpu_id: Some("0000".to_owned()),
        motherboard_id: Some("To be filled by O.E.M.".to_owned()),
        mac_address: Some("00:0c:29:aa:bb:cc".to_owned()),
        ..DeviceInfo::default()
    };
    let Err(ActivateError::Unidentifiable { junk }) = world.activate(&code, &junk) else { panic!("accepted") };
    assert_eq!(junk, [Component::CpuId, Component::MotherboardId, Component::MacAddress]);
    assert!(matches!(world.activate(&code, &DeviceInfo::default()), Err(ActivateError::Unidentifiable { .. })));
}

#[test]
fn junk_beside_real_serials_is_reported() {
    // DEV-01
    let world = World::new();
    let code = world.card_key(DAYS);
    let info = DeviceInfo { motherboard_id: Some("Default string".to_owned()), ..device(1) };
    world.activate(&code, &info).unwrap();
    let reported = world.happenings().into_iter().find_map(|happening| match happening {
        Happening::DeviceAnomaly { components, .. } => Some(components),
        _ => None,
    });
    assert_eq!(reported.unwrap(), ["motherboard_id"]);
}

#[test]
fn a_device_has_one_trial_of_an_app() {
    // CARD-05
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let batch = world.batch(app.id, 2, Validity::Trial { days: 7 }, None);
    let codes = world.codes(&batch);
    let trial = world.activate(&codes[0], &device(1)).unwrap();
    let claims: VerdictClaims = unverified_claims(&trial.verdict).unwrap();
    assert_eq!(claims.entitlements, ["trial"]);
    assert!(matches!(world.activate(&codes[1], &device(1)), Err(ActivateError::TrialTaken)));
    assert_eq!(world.stored(&codes[1]).state, CardKeyState::Unused);
    world.activate(&codes[1], &device(2)).unwrap();
}

#[test]
fn a_card_key_transferred_before_it_was_redeemed_is_its_new_owners() {
    // CARD-10
    let world = World::new();
    let code = world.card_key(DAYS);
    let to = cardkey_domain::UserName::parse("stranger").unwrap();
    block_on(world.licensing.transfer(&world.operator(), world.id_of(&code), &to)).unwrap();
    assert!(matches!(world.activate(&code, &device(1)), Err(ActivateError::AlreadyUsed)));
    world.activate_as(world.stranger, &code, &device(1)).unwrap();
}

#[test]
fn a_device_key_is_named_in_the_verdict() {
    // DEV-08
    let world = World::new();
    let code = world.card_key(DAYS);
    let key = cardkey_crypto::SigningKey::generate(world.ambient.entropy()).public_key();
    let command = Activate { device_public_key: Some(key), ..activation(world.customer, &code, &device(1)) };
    let activated = block_on(world.licensing.activate(&world.call(world.customer), command)).unwrap();
    let claims: VerdictClaims = unverified_claims(&activated.verdict).unwrap();
    assert_eq!(claims.cnf.unwrap().jkt, key.thumbprint());
}

#[test]
fn a_retry_with_the_same_idempotency_key_conflicts_on_its_receipt() {
    // SEC-11
    let world = World::new();
    let app = world.app(AppPolicy { max_devices: 2, ..AppPolicy::default() });
    let code = world.card_key_of(app.id, DAYS, None);
    let once = cardkey_events::Once {
        scope: "customer POST activate".to_owned(),
        key: "k".to_owned(),
        request_digest: [1; 32],
        sealer: std::sync::Arc::new(Plain),
    };
    let call = Call { once: Some(once.clone()), ..world.call(world.customer) };
    let first = block_on(world.licensing.activate(&call, activation(world.customer, &code, &device(1)))).unwrap();
    let again = block_on(world.licensing.activate(&call, activation(world.customer, &code, &device(2))));
    assert!(matches!(again, Err(ActivateError::Store(StoreError::Conflict(Constraint::Receipt)))));
    let receipts: &dyn cardkey_events::ReceiptReader = &world.store;
    let receipt = block_on(receipts.find(&once.scope, &once.key, world.now())).unwrap().unwrap();
    assert_eq!(once.outcome::<Activated>(&receipt).unwrap(), first);
}

struct Plain;

impl cardkey_events::Sealer for Plain {
    fn seal(&self, _: &[u8], plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        Some(sealed.to_vec())
    }
}
