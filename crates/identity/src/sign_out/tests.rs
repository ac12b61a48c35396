use futures::executor::block_on;

use super::*;
use crate::NotSignedIn;
use crate::testing::{World, call_of};

#[test]
fn signing_out_ends_this_session_and_its_tokens_at_once() {
    // AUTH-12
    let world = World::new();
    world.user("alice", &["user"]);
    let [one, other] = [world.sign_in("alice", Some("a")), world.sign_in("alice", Some("b"))];
    let caller = world.enter(&one);
    let ended = block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    assert_eq!(ended.session_ids, [one.session.id]);
    let refused = world.try_enter(&one).unwrap_err();
    assert!(matches!(refused, NotSignedIn::SessionEnded { reason: Some(EndReason::Logout) }));
    world.enter(&other);
    assert_eq!(world.store.denied_tokens(), 2);
    let happening = Happening::UserLogout { user_id: one.account.id, session_ids: vec![one.session.id] };
    assert_eq!(world.happenings().pop(), Some(happening));
    assert_eq!(world.deeds().pop().as_deref(), Some("user.logout ok"));
}

#[test]
fn signing_out_everywhere_ends_all_of_the_account_and_nobody_elses() {
    // AUTH-12
    let world = World::new();
    world.user("alice", &["user"]);
    world.user("bob", &["user"]);
    let grants = ["a", "b", "c"].map(|device| world.sign_in("alice", Some(device)));
    let bob = world.sign_in("bob", None);
    let caller = world.enter(&grants[0]);
    let ended = block_on(world.identity.sign_out_everywhere(&call_of(&caller), &caller)).unwrap();
    assert_eq!(ended.session_ids.len(), 3);
    for grant in &grants {
        let refused = world.try_enter(grant).unwrap_err();
        assert!(matches!(refused, NotSignedIn::SessionEnded { reason: Some(EndReason::LogoutAll) }));
    }
    world.enter(&bob);
}

#[test]
fn signing_out_twice_is_no_error() {
    // AUTH-12: two requests may be under way at once
    let world = World::new();
    world.user("alice", &["user"]);
    let caller = world.enter(&world.sign_in("alice", None));
    let call = call_of(&caller);
    assert_eq!(block_on(world.identity.sign_out(&call, &caller)).unwrap().session_ids.len(), 1);
    assert_eq!(block_on(world.identity.sign_out(&call, &caller)).unwrap().session_ids.len(), 0);
}
