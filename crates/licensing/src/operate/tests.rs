use cardkey_domain::CardKeyCode;
use cardkey_events::Happening;
use proptest::prelude::*;

use super::*;
use crate::testing::{World, block_on, device};
use crate::{CheckError, Expectation, VerdictChecker, VerdictCode};

const DAY: Duration = Duration::from_secs(86_400);

fn operate(world: &World, code: &CardKeyCode, event: CardKeyEvent) -> Result<CardKey, ChangeError> {
    let (licensing, call, id) = (&world.licensing, world.operator(), world.stored_any(code).id);
    block_on(async {
        match event {
            CardKeyEvent::Disable => licensing.disable(&call, id).await,
            CardKeyEvent::Enable => licensing.enable(&call, id).await,
            CardKeyEvent::Extend => licensing.extend(&call, id, Extension::For(DAY)).await,
            CardKeyEvent::Delete => licensing.delete(&call, id).await,
            CardKeyEvent::Restore => licensing.restore(&call, id).await,
            CardKeyEvent::Activate | CardKeyEvent::Expire => unreachable!("not an operator's"),
        }
    })
}

impl World {
    fn stored_any(&self, code: &CardKeyCode) -> CardKey {
        let reader: &dyn crate::Reader = &self.store;
        block_on(reader.card_key_by_hash(self.licensing.code_hash(code))).unwrap().unwrap()
    }
}

#[test]
fn every_change_raises_the_epoch_so_that_older_verdicts_are_known_as_such() {
    // CARD-10, LIC-01
    let world = World::new();
    let code = world.card_key(Validity::Days { days: 30 });
    let activated = world.activate(&code, &device(1)).unwrap();
    let epoch = || block_on(world.licensing.licence(activated.licence_id)).unwrap().unwrap().0.epoch;
    use CardKeyEvent as E;
    for (step, event) in [E::Disable, E::Enable, E::Extend, E::Delete, E::Restore].into_iter().enumerate() {
        operate(&world, &code, event).unwrap();
        assert_eq!(epoch(), step as u32 + 2);
    }
    let fresh = world.verify(&activated.verdict, &device(1)).unwrap();
    let keys = block_on(world.licensing.published_keys(activated.app_id)).unwrap().unwrap();
    let checker = VerdictChecker::new(activated.app_id, &keys);
    let seen = checker.check(&fresh.verdict, Expectation::default(), world.now()).unwrap().claims.epoch;
    let old = checker.check(&activated.verdict, Expectation { epoch: seen, ..Expectation::default() }, world.now());
    assert_eq!(old, Err(CheckError::EarlierEpoch { seen: 1, expected: 6 }));
}

#[test]
fn an_illegal_change_is_refused_and_changes_nothing() {
    // CARD-04
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let before = world.stored_any(&code);
    for event in [CardKeyEvent::Enable, CardKeyEvent::Extend, CardKeyEvent::Restore] {
        assert!(matches!(operate(&world, &code, event), Err(ChangeError::Illegal(_))));
    }
    assert_eq!(world.stored_any(&code), before);
    let unknown = block_on(world.licensing.disable(&world.operator(), world.ambient.id()));
    assert!(matches!(unknown, Err(ChangeError::NotFound)));
}

#[test]
fn a_key_disabled_then_deleted_comes_back_disabled_and_can_be_enabled() {
    // CARD-04, CARD-10
    let world = World::new();
    for redeemed in [false, true] {
        let code = world.card_key(Validity::Days { days: 30 });
        if redeemed {
            world.activate(&code, &device(1)).unwrap();
        }
        let before = world.stored_any(&code).state;
        for event in [CardKeyEvent::Disable, CardKeyEvent::Delete, CardKeyEvent::Restore] {
            operate(&world, &code, event).unwrap();
        }
        assert_eq!(world.stored_any(&code).state, CardKeyState::Disabled);
        assert_eq!(operate(&world, &code, CardKeyEvent::Enable).unwrap().state, before);
    }
}

#[test]
fn an_extension_counts_from_the_end_or_from_now() {
    // CARD-10
    let world = World::new();
    let code = world.card_key(Validity::Days { days: 30 });
    world.activate(&code, &device(1)).unwrap();
    let id = world.id_of(&code);
    let start = world.now();
    let extend = |by| block_on(world.licensing.extend(&world.operator(), id, by));
    assert_eq!(extend(Extension::For(DAY)).unwrap().expires_at, Some(start.plus(DAY * 31)));
    world.pass(40 * 86_400);
    block_on(world.licensing.expire_due(&world.operator())).unwrap();
    let again = extend(Extension::For(DAY)).unwrap();
    assert_eq!((again.state, again.expires_at), (CardKeyState::Activated, Some(start.plus(DAY * 41))));
    let until = start.plus(DAY * 100);
    assert_eq!(extend(Extension::Until(until)).unwrap().expires_at, Some(until));
    assert!(matches!(extend(Extension::Until(start.plus(DAY * 99))), Err(ChangeError::NotExtendable)));
    assert!(matches!(extend(Extension::Uses(1)), Err(ChangeError::NotExtendable)));
}

#[test]
fn what_time_does_not_end_takes_no_more_time() {
    // CARD-10
    let world = World::new();
    for validity in [Validity::Permanent, Validity::Metered { uses: 5 }] {
        let code = world.card_key(validity);
        world.activate(&code, &device(1)).unwrap();
        assert!(matches!(operate(&world, &code, CardKeyEvent::Extend), Err(ChangeError::NotExtendable)));
    }
}

#[test]
fn a_transfer_frees_the_old_owners_devices() {
    // CARD-10
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let activated = world.activate(&code, &device(1)).unwrap();
    let (id, stranger) = (world.id_of(&code), UserName::parse("Stranger").unwrap());
    let card = block_on(world.licensing.transfer(&world.operator(), id, &stranger)).unwrap();
    assert_eq!(card.owner_id, Some(world.stranger));
    assert_eq!(world.verify(&activated.verdict, &device(1)).unwrap().code, VerdictCode::DeviceUnbound);
    let unbound = Happening::DeviceUnbound { device_id: activated.device_id, licence_id: activated.licence_id };
    assert!(world.happenings().contains(&unbound));
    let again = world.activate_as(world.stranger, &code, &device(2)).unwrap();
    assert_eq!(again.licence_id, activated.licence_id);
    let same = block_on(world.licensing.transfer(&world.operator(), id, &stranger));
    assert!(matches!(same, Err(ChangeError::SameOwner)));
    let nobody = UserName::parse("nobody").unwrap();
    let unknown = block_on(world.licensing.transfer(&world.operator(), id, &nobody));
    assert!(matches!(unknown, Err(ChangeError::AccountNotFound)));
}

#[test]
fn unbinding_frees_one_seat_or_all_and_says_when_there_is_none() {
    // CARD-10, DEV-05
    let world = World::new();
    let app = world.app(Default::default()).id;
    let code = world.card_key_of(app, Validity::Permanent, Some(2));
    let (first, second) = (world.activate(&code, &device(1)).unwrap(), world.activate(&code, &device(2)).unwrap());
    let id = world.id_of(&code);
    let unbind = |device| block_on(world.licensing.unbind(&world.operator(), id, device));
    unbind(Some(first.device_id)).unwrap();
    assert!(matches!(unbind(Some(first.device_id)), Err(ChangeError::NotBound)));
    assert!(world.verify(&second.verdict, &device(2)).unwrap().valid);
    unbind(None).unwrap();
    assert!(matches!(unbind(None), Err(ChangeError::NotBound)));
    assert_eq!(world.verify(&second.verdict, &device(2)).unwrap().code, VerdictCode::DeviceUnbound);
}

#[test]
fn a_reveal_shows_the_code_and_is_written_down() {
    // CARD-09
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let revealed = block_on(world.licensing.reveal(&world.operator(), world.id_of(&code))).unwrap();
    assert_eq!(revealed.card_key, code.expose_grouped());
    assert!(!format!("{revealed:?}").contains(&code.expose_grouped()));
    assert_eq!(world.deeds().last().map(String::as_str), Some("card_key.reveal"));
}

/// What the card key is, told independently of the use cases: where it stands, and whether it would come back from there.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    state: CardKeyState,
    redeemed: bool,
    over: bool,
    disabled_from: Option<CardKeyState>,
    deleted_from: Option<CardKeyState>,
}

impl Model {
    fn apply(&mut self, event: CardKeyEvent) -> bool {
        use CardKeyState as S;
        let next = match (event, self.state) {
            (CardKeyEvent::Activate, S::Unused) if !self.over => S::Activated,
            (CardKeyEvent::Expire, S::Unused | S::Activated) if self.over => S::Expired,
            (CardKeyEvent::Disable, S::Unused | S::Activated | S::Expired) => {
                self.disabled_from = Some(self.state);
                S::Disabled
            }
            (CardKeyEvent::Enable, S::Disabled) => self.disabled_from.unwrap(),
            (CardKeyEvent::Extend, S::Activated | S::Expired) if self.redeemed => S::Activated,
            (CardKeyEvent::Delete, state) if state != S::Deleted => {
                self.deleted_from = Some(state);
                S::Deleted
            }
            (CardKeyEvent::Restore, S::Deleted) => self.deleted_from.unwrap(),
            _ => return false,
        };
        if event == CardKeyEvent::Restore && next == S::Disabled && self.disabled_from == Some(S::Expired) {
            // What it was before is no more known; the clock will say again that its time is over.
            self.disabled_from = Some(if self.redeemed { S::Activated } else { S::Unused });
        }
        self.redeemed |= event == CardKeyEvent::Activate;
        self.over &= event != CardKeyEvent::Extend;
        self.state = next;
        true
    }
}

fn any_event() -> impl Strategy<Value = CardKeyEvent> {
    use CardKeyEvent as E;
    prop::sample::select(vec![E::Activate, E::Expire, E::Disable, E::Enable, E::Extend, E::Delete, E::Restore])
}

proptest! {
    #[test]
    fn a_card_key_goes_where_the_model_goes(events in prop::collection::vec(any_event(), 1..25), times_out in 0usize..25) {
        // CARD-04, TEST-02
        let world = World::new();
        let end = world.now().plus(DAY);
        let code = world.card_key(Validity::Until { until: end });
        let mut model = Model {
            state: CardKeyState::Unused, redeemed: false, over: false, disabled_from: None, deleted_from: None,
        };
        for (step, event) in events.into_iter().enumerate() {
            if step == times_out {
                world.pass(86_400 + 1);
                model.over = world.stored_any(&code).expires_at.is_some_and(|end| end <= world.now());
            }
            let expected = model.apply(event);
            let done = match event {
                CardKeyEvent::Activate => world.activate(&code, &device(1)).is_ok(),
                CardKeyEvent::Expire => block_on(world.licensing.expire_due(&world.operator())).unwrap() == 1,
                _ => operate(&world, &code, event).is_ok(),
            };
            prop_assert_eq!(done, expected, "{:?} at {:?}", event, &model);
            prop_assert_eq!(world.stored_any(&code).state, model.state);
        }
    }
}
