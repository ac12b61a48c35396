use std::collections::HashSet;

use super::*;
use crate::http::access::Access;
use crate::http::sketch::Sketch;

fn sketch(route: &Route) -> Sketch {
    let mut sketch = Sketch::default();
    (route.describe)(&mut sketch);
    sketch
}

// RBAC-01
#[test]
fn a_handler_that_asks_who_is_signed_in_stands_behind_a_door() {
    for route in routes() {
        let needs_account = sketch(&route).needs_account;
        assert!(!needs_account || route.plan.access != Access::Public, "{} is public", route.plan.operation);
    }
}

// SEC-11
#[test]
fn every_change_can_be_made_once() {
    for route in routes().iter().filter(|route| route.plan.is_mutating()) {
        assert!(sketch(route).is_once, "{} takes neither Caller nor Visitor", route.plan.operation);
    }
}

// RBAC-01
#[test]
fn each_route_stands_once_and_has_a_name_of_its_own() {
    let (mut places, mut operations) = (HashSet::new(), HashSet::new());
    for Route { plan, .. } in routes() {
        assert!(places.insert((plan.method.clone(), plan.path)), "{} {} stands twice", plan.method, plan.path);
        assert!(operations.insert(plan.operation), "{} is two operations", plan.operation);
        assert!(plan.operation.split_once('.').is_some(), "{} is not noun.verb", plan.operation);
        assert!(!plan.summary.is_empty());
    }
}
