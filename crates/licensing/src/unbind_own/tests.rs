use cardkey_domain::{CardKeyCode, Validity};

use super::*;
use crate::model::PolicyChange;
use crate::testing::{World, block_on, device};
use crate::{Activated, ChangeApp};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

struct Case {
    world: World,
    code: CardKeyCode,
    activated: Activated,
}

fn case() -> Case {
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let activated = world.activate(&code, &device(1)).unwrap();
    Case { world, code, activated }
}

impl Case {
    fn unbind_as(&self, user_id: UserId) -> Result<UnboundOwn, UnbindOwnError> {
        let (licence_id, device_id) = (self.activated.licence_id, self.activated.device_id);
        let command = UnbindOwn { user_id, licence_id, device_id };
        block_on(self.world.licensing.unbind_own(&self.world.call(user_id), command))
    }

    fn unbind(&self) -> Result<UnboundOwn, UnbindOwnError> {
        self.unbind_as(self.world.customer)
    }

    fn bind(&self) {
        self.world.activate(&self.code, &device(1)).unwrap();
    }

    fn policy(&self, policy: PolicyChange) {
        let change = ChangeApp { policy, ..ChangeApp::default() };
        block_on(self.world.licensing.change_app(&self.world.operator(), self.activated.app_id, change)).unwrap();
    }
}

#[test]
fn the_seat_is_free_at_once_and_the_old_verdict_is_worth_nothing() {
    // DEV-05
    let case = case();
    let free = case.unbind().unwrap();
    assert_eq!((free.left, free.next_at), (3, case.world.now().plus(Duration::from_secs(DAY))));
    let checked = case.world.verify(&case.activated.verdict, &device(1)).unwrap();
    assert_eq!(checked.code.as_str(), "DEVICE_UNBOUND");
    let second = case.world.activate(&case.code, &device(2)).unwrap();
    assert_eq!(second.licence_id, case.activated.licence_id);
    assert!(matches!(case.unbind(), Err(UnbindOwnError::NotBound)));
    let unbound: Vec<_> = case.world.happenings().into_iter().filter(|told| told.name() == "device.unbound").collect();
    assert_eq!(unbound.len(), 1);
    assert!(case.world.deeds().contains(&"licence.unbind".to_owned()));
}

#[test]
fn the_next_one_waits_for_the_cool_down() {
    // DEV-05
    let case = case();
    let first = case.unbind().unwrap();
    case.bind();
    case.world.pass(DAY - 1);
    match case.unbind() {
        Err(UnbindOwnError::TooSoon(later)) => {
            assert_eq!((later.possible_at, later.wait), (first.next_at, Duration::from_secs(1)));
        }
        other => panic!("{other:?}"),
    }
    case.world.pass(1);
    assert_eq!(case.unbind().unwrap().left, 2);
}

#[test]
fn a_year_holds_so_many_and_no_more() {
    // DEV-05
    let case = case();
    case.policy(PolicyChange { unbinds_per_year: Some(2), ..PolicyChange::default() });
    let first = case.unbind().unwrap();
    case.bind();
    case.world.pass(2 * DAY);
    let second = case.unbind().unwrap();
    let year = Duration::from_secs(365 * DAY);
    assert_eq!((second.left, second.next_at), (0, first.at.plus(year)));
    case.bind();
    case.world.pass(363 * DAY - 1);
    match case.unbind() {
        Err(UnbindOwnError::LimitReached(later)) => assert_eq!(later.possible_at, first.at.plus(year)),
        other => panic!("{other:?}"),
    }
    case.world.pass(1);
    assert_eq!(case.unbind().unwrap().next_at, second.at.plus(year));
}

#[test]
fn an_operator_is_not_limited_and_does_not_use_up_what_the_owner_may() {
    // DEV-05
    let case = case();
    let id = case.world.id_of(&case.code);
    for _ in 0..5 {
        block_on(case.world.licensing.unbind(&case.world.operator(), id, None)).unwrap();
        case.bind();
    }
    assert_eq!(case.unbind().unwrap().left, 3);
}

#[test]
fn an_app_may_leave_it_to_its_operators() {
    // DEV-05
    let case = case();
    case.policy(PolicyChange { unbinds_per_year: Some(0), ..PolicyChange::default() });
    assert!(matches!(case.unbind(), Err(UnbindOwnError::Forbidden)));
}

#[test]
fn a_licence_of_somebody_else_or_one_that_was_taken_away_is_none() {
    // DEV-05
    let case = case();
    assert!(matches!(case.unbind_as(case.world.stranger), Err(UnbindOwnError::NotFound)));
    block_on(case.world.licensing.delete(&case.world.operator(), case.world.id_of(&case.code))).unwrap();
    assert!(matches!(case.unbind(), Err(UnbindOwnError::NotFound)));
}
