use cardkey_domain::Validity;
use proptest::prelude::*;

use super::*;
use crate::Extension;
use crate::testing::{World, block_on, device};

const SECONDS_A_DAY: u64 = 86_400;

fn reminded(world: &World) -> Vec<u32> {
    let days = |happening| match happening {
        Happening::CardKeyExpiring { days_left, .. } => Some(days_left),
        _ => None,
    };
    world.happenings().into_iter().filter_map(days).collect()
}

fn remind(world: &World) -> usize {
    block_on(world.licensing.remind_due(&world.operator())).unwrap()
}

// CARD-12
#[test]
fn a_reminder_comes_seven_three_and_one_days_before_once_each() {
    let world = World::new();
    let code = world.card_key(Validity::Days { days: 30 });
    world.activate(&code, &device(1)).unwrap();
    let mut told = Vec::new();
    for day in 1..=31 {
        world.pass(SECONDS_A_DAY);
        while remind(&world) > 0 {}
        let now = reminded(&world);
        if now.len() > told.len() {
            told = now;
            assert!([23, 27, 29].contains(&day), "{day}");
        }
    }
    assert_eq!(told, [7, 3, 1]);
}

// CARD-12
#[test]
fn what_a_downtime_held_up_is_said_once() {
    let world = World::new();
    let code = world.card_key(Validity::Days { days: 30 });
    world.activate(&code, &device(1)).unwrap();
    world.pass(28 * SECONDS_A_DAY);
    while remind(&world) > 0 {}
    assert_eq!(reminded(&world), [3], "that of seven days is late, and not said beside it");
    world.pass(2 * SECONDS_A_DAY);
    while remind(&world) > 0 {}
    assert_eq!(reminded(&world), [3], "a licence that is over is about to end no more");
}

// CARD-12, CARD-10
#[test]
fn who_has_more_time_is_reminded_anew_and_who_has_none_is_not() {
    let world = World::new();
    let (extended, disabled) = (world.card_key(Validity::Days { days: 8 }), world.card_key(Validity::Days { days: 8 }));
    let short = world.card_key(Validity::Hours { hours: 12 });
    let lasting = world.card_key(Validity::Permanent);
    for (number, code) in (0..).zip([&extended, &disabled, &short, &lasting]) {
        world.activate(code, &device(number)).unwrap();
    }
    block_on(world.licensing.disable(&world.operator(), world.id_of(&disabled))).unwrap();
    world.pass(SECONDS_A_DAY);
    while remind(&world) > 0 {}
    assert_eq!(reminded(&world), [7]);
    let by = Extension::For(Duration::from_secs(10 * SECONDS_A_DAY));
    block_on(world.licensing.extend(&world.operator(), world.id_of(&extended), by)).unwrap();
    world.pass(10 * SECONDS_A_DAY);
    while remind(&world) > 0 {}
    assert_eq!(reminded(&world), [7, 7]);
}

proptest! {
    // CARD-12
    #[test]
    fn reminders_come_in_order_and_none_after_the_end(lasts in 1_u64..4_000_000, asked in 0_u64..4_000_000) {
        let start = Timestamp::from_seconds(1_800_000_000);
        let (end, now) = (start.plus(Duration::from_secs(lasts)), start.plus(Duration::from_secs(asked)));
        let next = next_reminder(Some(end), now);
        prop_assert!(next.is_none_or(|next| next > now && next < end));
        prop_assert_eq!(next.map(|next| days_left(end, next).is_some()), next.map(|_| true));
        prop_assert!(next.is_some() || now >= end.minus(DAY));
        prop_assert!(days_left(end, now).is_none_or(|days| end.since(now) <= DAY * days));
    }
}
