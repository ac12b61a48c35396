use std::net::IpAddr;
use std::sync::atomic::Ordering;

use cardkey_domain::BlacklistSubject;
use cardkey_events::Happening;
use futures::FutureExt;
use futures::executor::block_on;
use futures::future::join_all;
use proptest::prelude::*;

use super::*;
use crate::model::PermissionSet;
use crate::testing::{DAY, MINUTE, OTHER_PASSWORD, PASSWORD, World, attempt, call, new_user, password};
use crate::tokens::Claims;
use crate::{EditUser, NewPassword, NotSignedIn};

fn fail(world: &World, login: &str, device: Option<&str>) -> SignInError {
    world.try_sign_in(login, "Wrong-horse-1", device).unwrap_err()
}

fn is_locked(error: &SignInError) -> bool {
    matches!(error, SignInError::Locked { .. })
}

fn is_wrong(error: &SignInError) -> bool {
    matches!(error, SignInError::InvalidCredentials)
}

#[test]
fn name_or_address_and_password_give_a_session_with_two_tokens() {
    // AUTH-01, TOK-01
    let world = World::new();
    let alice = world.user("Alice", &["user"]);
    for login in ["alice", "ALICE", " Alice ", "alice@example.com", "ALICE@Example.com"] {
        let grant = world.sign_in(login, Some("laptop"));
        let caller = world.enter(&grant);
        assert_eq!(caller.account().id, alice.id);
        assert_eq!(caller.session().id, grant.session.id);
        assert_eq!(grant.tokens.access_expires_at.seconds(), world.now().seconds() + 7200);
        assert_eq!(grant.account.last_login_at, Some(world.now()));
        let claims = caller.claims();
        assert_eq!((claims.iss.as_str(), claims.aud.as_str()), ("cardkey", "cardkey"));
        assert_eq!((claims.sub, claims.sid, claims.device.as_deref()), (alice.id, grant.session.id, Some("laptop")));
        assert_eq!((claims.exp - claims.iat, claims.nbf), (7200, claims.iat));
        let refresh: Claims = cardkey_crypto::unverified_claims(&grant.tokens.refresh_token).unwrap();
        assert_eq!((refresh.typ, refresh.exp - refresh.iat), (TokenType::Refresh, 7 * 24 * 3600));
    }
}

#[test]
fn a_wrong_password_and_an_unknown_name_are_told_the_same() {
    // AUTH-05, AUTH-06
    let world = World::new();
    world.user("alice", &["user"]);
    for login in ["alice", "nobody", "nobody@example.com", "", "' OR 1=1 --", "a\0b", &"x".repeat(10_000)] {
        assert!(is_wrong(&fail(&world, login, None)), "{login}");
    }
    assert_eq!(world.deeds().iter().filter(|deed| *deed == "user.login refused auth.invalid_credentials").count(), 7);
    let typed_names = world.store.audit_rows().iter().any(|row| row.details.to_string().contains("OR 1=1"));
    assert!(!typed_names, "what was typed in the name's place may be a password");
}

#[test]
fn five_failures_in_a_row_lock_for_thirty_minutes() {
    // AUTH-05
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    for login in ["alice", "nobody"] {
        for _ in 0..5 {
            assert!(is_wrong(&fail(&world, login, None)));
        }
        let hashed = world.passwords.verified.load(Ordering::SeqCst);
        let error = world.try_sign_in(login, PASSWORD, None).unwrap_err();
        let SignInError::Locked { retry_after } = error else { panic!("{error:?}") };
        assert!(retry_after <= 30 * MINUTE && retry_after > 29 * MINUTE, "{retry_after:?}");
        assert_eq!(world.passwords.verified.load(Ordering::SeqCst), hashed + 1, "a place is taken first, as always");
    }
    let locks = world.happenings().into_iter().filter(|h| matches!(h, Happening::UserLocked { .. })).count();
    assert_eq!(locks, 1, "nobody is not told of");
    world.advance(30 * MINUTE);
    world.sign_in("alice", None);
    assert!(is_wrong(&fail(&world, "alice", None)), "the count starts anew");
    assert!(world.stored_user(alice.id).last_login_at.is_some());
}

#[test]
fn the_name_and_the_address_are_counted_together() {
    // AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    for login in ["alice", "alice@example.com", "alice", "alice@example.com", "alice"] {
        assert!(is_wrong(&fail(&world, login, None)));
    }
    assert!(is_locked(&fail(&world, "alice@example.com", None)));
}

#[test]
fn a_success_clears_its_own_count_only() {
    // AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    world.sign_in("alice", Some("laptop"));
    for _ in 0..4 {
        fail(&world, "alice", None);
    }
    world.sign_in("alice", Some("laptop"));
    fail(&world, "alice", None);
    assert!(is_locked(&fail(&world, "alice", None)), "four and one are five");
    for _ in 0..4 {
        fail(&world, "alice", Some("laptop"));
    }
    world.sign_in("alice", Some("laptop"));
    for _ in 0..4 {
        assert!(is_wrong(&fail(&world, "alice", Some("laptop"))));
    }
}

#[test]
fn a_stranger_cannot_lock_out_a_device_the_owner_uses() {
    // AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    world.sign_in("alice", Some("laptop"));
    for n in 0..20 {
        fail(&world, "alice", Some(&format!("spoofed {n}")));
    }
    assert!(is_locked(&world.try_sign_in("alice", PASSWORD, Some("new phone")).unwrap_err()));
    world.sign_in("alice", Some("laptop"));
    assert!(
        is_locked(&world.try_sign_in("alice", PASSWORD, None).unwrap_err()),
        "no lock is cleared by another session"
    );
}

#[test]
fn a_known_device_has_five_tries_of_its_own() {
    // AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    world.sign_in("alice", Some("laptop"));
    for _ in 0..5 {
        fail(&world, "alice", Some("laptop"));
    }
    assert!(is_locked(&world.try_sign_in("alice", PASSWORD, Some("laptop")).unwrap_err()));
    world.sign_in("alice", Some("phone"));
}

#[test]
fn guesses_made_at_once_do_not_pass_the_limit() {
    // AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    let call = call();
    let guesses = (0..50).map(|_| world.identity.sign_in(&call, attempt("alice", "Wrong-horse-1", None)));
    let errors: Vec<_> = block_on(join_all(guesses)).into_iter().map(Result::unwrap_err).collect();
    assert_eq!(errors.iter().filter(|error| is_wrong(error)).count(), 5);
    assert_eq!(errors.iter().filter(|error| is_locked(error)).count(), 45);
}

#[test]
fn many_right_passwords_at_once_are_all_right() {
    // AUTH-05, SES-03
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let call = call();
    let attempts = (0..20).map(|_| world.identity.sign_in(&call, attempt("alice", PASSWORD, None)));
    assert!(block_on(join_all(attempts)).into_iter().all(|outcome| outcome.is_ok()));
    assert_eq!(block_on(world.identity.sessions_of(alice.id)).unwrap().unwrap().len(), 3);
}

#[test]
fn a_full_queue_refuses_before_anything_is_hashed_or_counted() {
    // AUTH-06
    let world = World::new();
    world.user("alice", &["user"]);
    world.passwords.full.store(true, Ordering::SeqCst);
    for login in ["alice", "nobody"] {
        let error = world.try_sign_in(login, PASSWORD, None).unwrap_err();
        assert!(matches!(error, SignInError::Busy(Busy { retry_after }) if retry_after.as_secs() == 2));
    }
    assert!(world.deeds().iter().all(|deed| !deed.starts_with("user.login")));
}

#[test]
fn old_and_imported_hashes_are_replaced_at_sign_in() {
    // AUTH-04
    let world = World::new();
    let imported = "$2b$04$abcdefghijklmnopqrstuu5Lz0D1bVYfPDmNVyP5p0iGHkVHSjQyO";
    let new = crate::NewUser {
        password: NewPassword::Imported(Secret::new(imported.to_owned())),
        ..new_user("bob", &["user"])
    };
    let bob = block_on(world.identity.create_user(&call(), PermissionSet::all(), new)).unwrap();
    assert_eq!(world.stored_user(bob.id).password_hash.expose(), imported);
    let mut work = block_on(crate::Store::begin(world.store.as_ref())).unwrap();
    assert!(block_on(work.users().upgrade_hash(bob.id, imported, &format!("old:{PASSWORD}"))).unwrap());
    block_on(work.commit()).unwrap();
    let before = world.stored_user(bob.id);
    world.sign_in("bob", None);
    let after = world.stored_user(bob.id);
    assert_eq!(after.password_hash.expose(), &format!("new:{PASSWORD}"));
    assert_eq!(after.updated_at, before.updated_at);
    world.sign_in("bob", None);
}

#[test]
fn a_black_listed_address_or_account_is_refused() {
    // DEV-06
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    world.user("bob", &["user"]);
    world.store.blacklist(&BlacklistSubject::Account(alice.id));
    assert!(matches!(world.try_sign_in("alice", PASSWORD, None), Err(SignInError::Blacklisted)));
    assert!(is_wrong(&fail(&world, "alice", None)), "only those who know the password are told");
    world.sign_in("bob", None);
    world.store.blacklist(&BlacklistSubject::parse("network", "203.0.113.0/24").unwrap());
    for login in ["bob", "nobody"] {
        assert!(matches!(world.try_sign_in(login, PASSWORD, None), Err(SignInError::Blacklisted)));
    }
    let elsewhere = Call { ip: Some(IpAddr::from([198, 51, 100, 1])), ..call() };
    block_on(world.identity.sign_in(&elsewhere, attempt("bob", PASSWORD, None))).unwrap();
}

#[test]
fn a_disabled_account_is_told_so_when_the_password_is_right() {
    // AUTH-01, RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let edit = EditUser { status: Some(UserStatus::Disabled), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), alice.id, edit)).unwrap();
    assert!(matches!(world.try_sign_in("alice", PASSWORD, None), Err(SignInError::AccountDisabled)));
    assert!(is_wrong(&fail(&world, "alice", None)));
}

/// The least that a clock tells apart.
const INSTANT: Duration = Duration::from_micros(1);

#[test]
fn one_session_too_many_ends_the_least_recently_active() {
    // SES-03
    let world = World::new();
    world.user("alice", &["user"]);
    let [first, second, third] = ["a", "b", "c"].map(|device| {
        world.advance(INSTANT);
        world.sign_in("alice", Some(device))
    });
    world.advance(INSTANT);
    world.enter(&first);
    let used = world.now();
    world.advance(INSTANT);
    let fourth = world.sign_in("alice", Some("d"));
    let ended = world.try_enter(&second).unwrap_err();
    assert!(matches!(ended, NotSignedIn::SessionEnded { reason: Some(EndReason::Superseded) }));
    for grant in [&first, &third, &fourth] {
        world.enter(grant);
    }
    let told = Happening::SessionEnded {
        user_id: first.account.id,
        session_ids: vec![second.session.id],
        reason: "superseded".to_owned(),
    };
    assert!(world.happenings().contains(&told));
    assert_eq!(world.store.denied_tokens(), 2);
    let stored = block_on(crate::Reader::live_sessions(world.store.as_ref(), first.account.id, world.now())).unwrap();
    let of_first = stored.iter().find(|session| session.id == first.session.id).unwrap();
    assert_eq!(of_first.last_active_at, used, "written down before the choice");
}

#[test]
fn a_sign_in_is_an_event_that_says_whether_the_device_is_new() {
    // SES-01, EVT-01
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let new_device = |device| {
        let session_id = world.sign_in("alice", device).session.id;
        let last = world.happenings().pop().unwrap();
        let expected = |new_device| Happening::UserLogin { user_id: alice.id, session_id, new_device };
        assert!(last == expected(true) || last == expected(false), "{last:?}");
        last == expected(true)
    };
    assert!(new_device(Some("laptop")));
    assert!(!new_device(Some("laptop")));
    assert!(new_device(None));
    let row = world.store.audit_rows().pop().unwrap();
    assert_eq!((row.action.as_str(), row.user_id, row.actor.as_str()), ("user.login", Some(alice.id), "alice"));
}

#[test]
fn a_password_that_was_changed_while_it_was_checked_opens_nothing() {
    // AUTH-08
    let world = World::new();
    world.user("alice", &["user"]);
    let caller = world.enter(&world.sign_in("alice", Some("laptop")));
    let call = call();
    let late = world.identity.sign_in(&call, attempt("alice", PASSWORD, None));
    futures::pin_mut!(late);
    assert!(late.as_mut().now_or_never().is_none(), "it has the account and checks the password");
    world.advance(MINUTE);
    let change = crate::ChangePassword { old: password(PASSWORD), new: password(OTHER_PASSWORD) };
    block_on(world.identity.change_password(&call, &caller, change)).unwrap();
    assert!(is_wrong(&block_on(late).unwrap_err()));
}

#[test]
fn a_session_lives_thirty_days_at_most_and_its_tokens_no_longer() {
    // TOK-04
    let world = World::with(|settings| settings.session_lifetime = DAY / 24);
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    assert_eq!(grant.tokens.access_expires_at.seconds(), grant.session.expires_at.seconds());
    assert_eq!(grant.tokens.refresh_expires_at.seconds(), world.now().seconds() + 3600);
}

proptest! {
    #[test]
    fn no_name_breaks_sign_in(login in "\\PC{0,80}", device in proptest::option::of("\\PC{0,40}")) {
        // SEC-05
        let world = World::new();
        prop_assert!(is_wrong(&fail(&world, &login, device.as_deref())));
    }
}
