use std::time::Duration;

use cardkey_domain::Validity;

use super::*;
use crate::model::{AppPolicy, CardKeyState};
use crate::testing::{World, block_on, device};

#[test]
fn card_keys_are_marked_once_their_time_is_over() {
    // CARD-05, CARD-12
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let until = world.now().plus(Duration::from_secs(3_600));
    let unredeemed = world.card_key_of(app, Validity::Until { until }, None);
    let redeemed = world.card_key_of(app, Validity::Minutes { minutes: 30 }, None);
    let permanent = world.card_key_of(app, Validity::Permanent, None);
    world.activate(&redeemed, &device(1)).unwrap();
    let expire = || block_on(world.licensing.expire_due(&world.operator())).unwrap();
    assert_eq!(expire(), 0);
    world.pass(1_800);
    assert_eq!(expire(), 1);
    assert_eq!(world.stored(&redeemed).state, CardKeyState::Expired);
    world.pass(1_800);
    assert_eq!(expire(), 1);
    assert_eq!(expire(), 0);
    assert_eq!(world.stored(&unredeemed).state, CardKeyState::Expired);
    assert_eq!(world.stored(&permanent).state, CardKeyState::Unused);
    let marked = world.happenings().into_iter().filter(|h| matches!(h, Happening::CardKeyExpired { .. })).count();
    assert_eq!(marked, 2);
}
