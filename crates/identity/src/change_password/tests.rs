use futures::executor::block_on;

use super::*;
use crate::model::PermissionSet;
use crate::testing::{MINUTE, OTHER_PASSWORD, PASSWORD, World, call, call_of, password};
use crate::{EditUser, NotSignedIn, SignInError};

fn change(world: &World, caller: &Caller, old: &str, new: &str) -> Result<EndedSessions, ChangePasswordError> {
    let change = ChangePassword { old: password(old), new: password(new) };
    block_on(world.identity.change_password(&call_of(caller), caller, change))
}

#[test]
fn another_password_ends_the_other_sessions_and_keeps_this_one() {
    // AUTH-08
    let world = World::new();
    world.user("alice", &["user"]);
    let [here, there] = ["a", "b"].map(|device| world.sign_in("alice", Some(device)));
    let caller = world.enter(&here);
    assert_eq!(change(&world, &caller, PASSWORD, OTHER_PASSWORD).unwrap().session_ids, [there.session.id]);
    let refused = world.try_enter(&there).unwrap_err();
    assert!(matches!(refused, NotSignedIn::SessionEnded { reason: Some(EndReason::PasswordChanged) }));
    let refused = block_on(world.identity.refresh(&call(), &there.tokens.refresh_token));
    assert!(refused.is_err());
    world.enter(&here);
    assert!(matches!(world.try_sign_in("alice", PASSWORD, None), Err(SignInError::InvalidCredentials)));
    world.try_sign_in("alice", OTHER_PASSWORD, None).unwrap();
    assert!(world.happenings().iter().any(|h| matches!(h, Happening::UserPasswordChanged { .. })));
}

#[test]
fn a_forced_change_opens_everything_at_once() {
    // AUTH-02
    let world = World::new();
    let root = world.user("root", &["super_admin"]);
    let edit = EditUser { must_change_password: Some(true), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), root.id, edit)).unwrap();
    let grant = world.sign_in("root", None);
    let caller = world.enter(&grant);
    assert!(caller.settled().is_err());
    change(&world, &caller, PASSWORD, OTHER_PASSWORD).unwrap();
    assert_eq!(world.enter(&grant).settled(), Ok(()));
}

#[test]
fn a_weak_new_password_is_refused_with_each_rule_it_breaks() {
    // AUTH-03
    let world = World::new();
    world.user("alice", &["user"]);
    let caller = world.enter(&world.sign_in("alice", None));
    let error = change(&world, &caller, PASSWORD, "short").unwrap_err();
    let ChangePasswordError::Weak(rules) = error else { panic!("{error:?}") };
    use PasswordRule::{NoDigit, NoSpecial, NoUpper, TooShort};
    assert_eq!(rules, [TooShort, NoUpper, NoDigit, NoSpecial]);
    assert!(matches!(change(&world, &caller, PASSWORD, PASSWORD), Err(ChangePasswordError::Unchanged)));
    assert!(matches!(change(&world, &caller, PASSWORD, "Alice@example.com1"), Err(ChangePasswordError::Weak(_))));
}

#[test]
fn a_stolen_session_cannot_guess_the_password() {
    // AUTH-05, AUTH-08
    let world = World::new();
    world.user("alice", &["user"]);
    let caller = world.enter(&world.sign_in("alice", None));
    for _ in 0..5 {
        let outcome = change(&world, &caller, "Wrong-horse-1", OTHER_PASSWORD);
        assert!(matches!(outcome, Err(ChangePasswordError::WrongPassword)));
    }
    assert!(matches!(change(&world, &caller, PASSWORD, OTHER_PASSWORD), Err(ChangePasswordError::Locked { .. })));
    world.sign_in("alice", None);
    world.advance(30 * MINUTE);
    change(&world, &caller, PASSWORD, OTHER_PASSWORD).unwrap();
}
