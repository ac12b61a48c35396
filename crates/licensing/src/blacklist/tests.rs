use std::time::Duration;

use super::*;
use crate::testing::{World, block_on, text};

fn command(subject: &BlacklistSubject, until: Option<Timestamp>) -> ShutOut {
    ShutOut { subject: subject.clone(), reason: text("chargeback"), until }
}

#[test]
fn an_entry_holds_until_its_end_or_until_it_is_lifted() {
    // DEV-06
    let world = World::new();
    let subject = BlacklistSubject::Account(world.customer);
    let shut = || block_on(world.licensing.is_shut_out(Some(world.customer), None)).unwrap();
    let until = world.now().plus(Duration::from_secs(10));
    block_on(world.licensing.shut_out(&world.operator(), command(&subject, Some(until)))).unwrap();
    assert!(shut());
    world.pass(10);
    assert!(!shut());

    let entry = block_on(world.licensing.shut_out(&world.operator(), command(&subject, None))).unwrap();
    assert!(shut());
    block_on(world.licensing.lift(&world.operator(), entry.id)).unwrap();
    assert!(!shut());
    let again = block_on(world.licensing.lift(&world.operator(), entry.id));
    assert!(matches!(again, Err(LiftError::AlreadyLifted)));
    let unknown = block_on(world.licensing.lift(&world.operator(), world.ambient.id()));
    assert!(matches!(unknown, Err(LiftError::NotFound)));
    assert_eq!(world.deeds(), ["blacklist.add", "blacklist.add", "blacklist.lift"]);
}

#[test]
fn an_end_in_the_past_is_refused() {
    // DEV-06
    let world = World::new();
    let subject = BlacklistSubject::Account(world.customer);
    let refused = block_on(world.licensing.shut_out(&world.operator(), command(&subject, Some(world.now()))));
    assert!(matches!(refused, Err(ShutOutError::EndPassed)));
}

#[test]
fn a_network_shuts_out_every_address_in_it() {
    // DEV-06
    let world = World::new();
    let shut = |ip: &str| block_on(world.licensing.is_shut_out(None, Some(ip.parse().unwrap()))).unwrap();
    for network in ["198.51.100.0/24", "2001:db8::/32"] {
        let subject = BlacklistSubject::parse("network", network).unwrap();
        block_on(world.licensing.shut_out(&world.operator(), command(&subject, None))).unwrap();
    }
    assert!(shut("198.51.100.200") && shut("::ffff:198.51.100.1") && shut("2001:db8:1::1"));
    assert!(!shut("198.51.101.1") && !shut("2001:db9::1"));
}

#[test]
fn of_two_entries_the_later_end_counts_and_none_is_the_latest() {
    // DEV-06
    let world = World::new();
    let subject = BlacklistSubject::Account(world.customer);
    for until in [None, Some(world.now().plus(Duration::from_secs(5)))] {
        block_on(world.licensing.shut_out(&world.operator(), command(&subject, until))).unwrap();
    }
    world.pass(6);
    assert!(block_on(world.licensing.is_shut_out(Some(world.customer), None)).unwrap());
}
