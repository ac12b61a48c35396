use futures::executor::block_on;

use super::*;
use crate::NotSignedIn;
use crate::testing::{DAY, World, call_of};

#[test]
fn whoever_holds_on_to_a_session_is_told_of_its_end_and_why() {
    // WS-01
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    let caller = world.enter(&grant);
    let in_session = || block_on(world.identity.in_session(grant.session.id));
    assert_eq!(in_session().unwrap().id, grant.account.id);
    assert_eq!((world.identity.ended_here(grant.session.id), world.identity.ends_so_far()), (None, 0));
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    assert!(matches!(in_session(), Err(NotSignedIn::SessionEnded { reason: Some(EndReason::Logout) })));
    assert_eq!(world.identity.ended_here(grant.session.id), Some(EndReason::Logout));
    assert_eq!(world.identity.ends_so_far(), 1);
    // Another process reads it.
    let other = world.another_node();
    assert_eq!(other.ended_here(grant.session.id), None);
    let told = block_on(other.in_session(grant.session.id));
    assert!(matches!(told, Err(NotSignedIn::SessionEnded { reason: Some(EndReason::Logout) })));
}

#[test]
fn a_session_that_nobody_refreshed_is_over() {
    // WS-01, SES-04
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    world.advance(8 * DAY);
    let told = block_on(world.identity.in_session(grant.session.id));
    assert!(matches!(told, Err(NotSignedIn::SessionEnded { reason: Some(EndReason::IdleTimeout) })));
}
