use std::time::Duration;

use cardkey_domain::Validity;

use super::*;
use crate::model::AppPolicy;
use crate::testing::{World, block_on, device};
use crate::{ActivateError, VerdictCode};

const HOUR: u64 = 3_600;

fn plan(from: Option<Timestamp>, until: Option<Timestamp>) -> PlanMaintenance {
    PlanMaintenance { message: Some(Text::parse("数据库升级").unwrap()), from, until }
}

fn told(world: &World) -> Vec<&'static str> {
    let names = world.happenings().into_iter().map(|happening| happening.name());
    names.filter(|name| name.starts_with("app.maintenance")).collect()
}

// APP-06, CARD-08
#[test]
fn while_it_is_under_way_nobody_new_is_let_in_and_it_ends_by_itself() {
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let (first, second) =
        (world.card_key_of(app, Validity::Permanent, None), world.card_key_of(app, Validity::Permanent, None));
    let licence = world.activate(&first, &device(1)).unwrap();
    let until = world.now().plus(Duration::from_secs(HOUR));
    let put = block_on(world.licensing.plan_maintenance(&world.operator(), app, plan(None, Some(until)))).unwrap();
    assert!(put.maintenance.unwrap().started_at.is_some());
    match world.activate(&second, &device(2)) {
        Err(ActivateError::Maintenance(closed)) => {
            assert_eq!((closed.until, closed.retry_after), (Some(until), Duration::from_secs(HOUR)));
            assert_eq!(closed.message.unwrap().as_str(), "数据库升级");
        }
        other => panic!("{other:?}"),
    }
    assert!(block_on(world.licensing.check_open(app)).unwrap().is_some());
    assert_eq!(world.verify(&licence.verdict, &device(1)).unwrap().code, VerdictCode::Maintenance);
    world.pass(HOUR);
    assert!(block_on(world.licensing.check_open(app)).unwrap().is_none(), "it is over before the job comes round");
    assert_eq!(world.verify(&licence.verdict, &device(1)).unwrap().code, VerdictCode::Valid);
    world.activate(&second, &device(2)).unwrap();
    for expected in [1, 0] {
        assert_eq!(block_on(world.licensing.maintain_due(&world.operator())).unwrap(), expected);
    }
    assert_eq!(told(&world), ["app.maintenance.start", "app.maintenance.end"]);
}

// APP-06
#[test]
fn what_is_scheduled_begins_at_its_time_and_may_be_called_off() {
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let from = world.now().plus(Duration::from_secs(HOUR));
    block_on(world.licensing.plan_maintenance(&world.operator(), app, plan(Some(from), None))).unwrap();
    assert!(block_on(world.licensing.check_open(app)).unwrap().is_none());
    assert_eq!(block_on(world.licensing.maintain_due(&world.operator())).unwrap(), 0);
    world.pass(HOUR);
    assert!(block_on(world.licensing.check_open(app)).unwrap().is_some(), "it begins before the job comes round");
    for expected in [1, 0] {
        assert_eq!(block_on(world.licensing.maintain_due(&world.operator())).unwrap(), expected);
    }
    for _ in 0..2 {
        let ended = block_on(world.licensing.end_maintenance(&world.operator(), app)).unwrap();
        assert_eq!(ended.maintenance, None);
    }
    assert_eq!(told(&world), ["app.maintenance.scheduled", "app.maintenance.start", "app.maintenance.end"]);
}

// APP-06
#[test]
fn a_new_plan_takes_the_place_of_the_old_one() {
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let from = world.now().plus(Duration::from_secs(HOUR));
    for from in [Some(from), None] {
        block_on(world.licensing.plan_maintenance(&world.operator(), app, plan(from, None))).unwrap();
    }
    assert_eq!(told(&world), ["app.maintenance.scheduled", "app.maintenance.end", "app.maintenance.start"]);
}

// APP-06
#[test]
fn a_plan_that_is_over_before_it_begins_is_refused() {
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let later = world.now().plus(Duration::from_secs(HOUR));
    for (from, until) in [(None, world.now()), (Some(later), later)] {
        let refused = block_on(world.licensing.plan_maintenance(&world.operator(), app, plan(from, Some(until))));
        assert!(matches!(refused, Err(MaintenanceError::EndPassed)));
    }
    let nowhere = world.ambient.id();
    let refused = block_on(world.licensing.plan_maintenance(&world.operator(), nowhere, plan(None, None)));
    assert!(matches!(refused, Err(MaintenanceError::NotFound)));
    let refused = block_on(world.licensing.end_maintenance(&world.operator(), nowhere));
    assert!(matches!(refused, Err(MaintenanceError::NotFound)));
}
