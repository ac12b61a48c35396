use futures::executor::block_on;

use super::*;
use crate::NotSignedIn;
use crate::testing::{MINUTE, World, call_of};

fn is_revoked(world: &World, grant: &crate::Grant) -> bool {
    matches!(world.try_enter(grant), Err(NotSignedIn::SessionEnded { reason: Some(EndReason::Revoked) }))
}

#[test]
fn live_sessions_are_listed_most_recently_active_first() {
    // SES-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let grants = ["a", "b", "c"].map(|device| {
        world.advance(MINUTE);
        world.sign_in("alice", Some(device))
    });
    world.advance(MINUTE);
    world.enter(&grants[0]);
    let listed = block_on(world.identity.sessions_of(alice.id)).unwrap().unwrap();
    let devices: Vec<_> = listed.iter().filter_map(|session| session.device.id.as_deref()).collect();
    assert_eq!(devices, ["a", "c", "b"]);
    assert!(block_on(world.identity.sessions_of(world.identity.ambient.id())).unwrap().is_none());
}

#[test]
fn one_session_is_ended_from_another() {
    // SES-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let [here, there] = ["a", "b"].map(|device| world.sign_in("alice", Some(device)));
    let caller = world.enter(&here);
    let call = call_of(&caller);
    block_on(world.identity.revoke_session(&call, alice.id, there.session.id)).unwrap();
    assert!(is_revoked(&world, &there));
    world.enter(&here);
    let again = block_on(world.identity.revoke_session(&call, alice.id, there.session.id));
    assert!(matches!(again, Err(RevokeSessionError::NotFound)));
}

#[test]
fn nobody_ends_what_is_not_theirs() {
    // SES-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    world.user("bob", &["user"]);
    let bob = world.sign_in("bob", None);
    let caller = world.enter(&world.sign_in("alice", None));
    let outcome = block_on(world.identity.revoke_session(&call_of(&caller), alice.id, bob.session.id));
    assert!(matches!(outcome, Err(RevokeSessionError::NotFound)));
    world.enter(&bob);
}

#[test]
fn all_others_are_ended_and_this_one_stays() {
    // SES-02
    let world = World::new();
    world.user("alice", &["user"]);
    let [here, there, elsewhere] = ["a", "b", "c"].map(|device| world.sign_in("alice", Some(device)));
    let caller = world.enter(&here);
    let ended = block_on(world.identity.revoke_other_sessions(&call_of(&caller), &caller)).unwrap();
    assert_eq!(ended.session_ids.len(), 2);
    assert!(is_revoked(&world, &there) && is_revoked(&world, &elsewhere));
    world.enter(&here);
}

#[test]
fn an_operator_signs_somebody_out() {
    // RBAC-02
    let world = World::new();
    world.user("root", &["super_admin"]);
    let alice = world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    let root = world.enter(&world.sign_in("root", None));
    block_on(world.identity.sign_out_user(&call_of(&root), alice.id)).unwrap();
    assert!(is_revoked(&world, &grant));
    let nobody = block_on(world.identity.sign_out_user(&call_of(&root), world.identity.ambient.id()));
    assert!(matches!(nobody, Err(SignOutUserError::NotFound)));
    let row = world.store.audit_rows().pop().unwrap();
    assert_eq!((row.action.as_str(), row.actor.as_str()), ("user.sign_out", "root"));
}
