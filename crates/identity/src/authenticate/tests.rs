use std::time::Duration;

use cardkey_crypto::{Signer, SigningKey};
use cardkey_domain::SeededEntropy;
use futures::FutureExt;
use futures::executor::block_on;

use super::*;
use crate::model::UserStatus;
use crate::testing::{DAY, MINUTE, World, address, call, call_of, enter};
use crate::{EditUser, Grant, Reader, Store, TokenSigning};

const SECOND: Duration = Duration::from_secs(1);

fn ended_by(outcome: Result<Caller, NotSignedIn>) -> Option<EndReason> {
    match outcome.unwrap_err() {
        NotSignedIn::SessionEnded { reason } => reason,
        other => panic!("{other:?}"),
    }
}

fn admit(world: &World, token: &str) -> Result<Caller, NotSignedIn> {
    block_on(world.identity.authenticate(token, Some(address())))
}

fn is_invalid(outcome: &Result<Caller, NotSignedIn>) -> bool {
    matches!(outcome, Err(NotSignedIn::TokenInvalid))
}

#[test]
fn a_token_of_another_type_key_algorithm_issuer_or_audience_is_refused() {
    // TOK-01
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    assert!(is_invalid(&admit(&world, &grant.tokens.refresh_token)));
    assert!(is_invalid(&admit(&world, "")) && is_invalid(&admit(&world, "a.b.c")));
    let claims = world.enter(&grant).claims().clone();
    let keys = world.identity.keys.current();
    assert!(admit(&world, &keys.sign("at+jwt", &claims)).is_ok());
    for wrong in [
        Claims { iss: "elsewhere".into(), ..claims.clone() },
        Claims { aud: "elsewhere".into(), ..claims.clone() },
        Claims { typ: TokenType::Refresh, ..claims.clone() },
        Claims { nbf: claims.nbf + 60, ..claims.clone() },
        Claims { sub: world.user("mallory", &["user"]).id, ..claims.clone() },
    ] {
        assert!(is_invalid(&admit(&world, &keys.sign("at+jwt", &wrong))), "{wrong:?}");
    }
    for typ in ["rt+jwt", "JWT", "cardkey-verdict+jwt"] {
        assert!(is_invalid(&admit(&world, &keys.sign(typ, &claims))));
    }
    let kid = keys.pair.unwrap().0.to_string();
    let forged = Signer::eddsa(&kid, &SigningKey::generate(&SeededEntropy::new(99))).sign("at+jwt", &claims);
    assert!(is_invalid(&admit(&world, &forged)));
    let secret = cardkey_domain::Secret::new(world.identity.published_keys().keys[0].x.clone().into_bytes());
    assert!(is_invalid(&admit(&world, &Signer::hs256(&secret).sign("at+jwt", &claims))), "key confusion");
}

#[test]
fn a_token_ends_at_its_time_and_says_so() {
    // TOK-01, AUTH-11
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    world.advance(120 * MINUTE - SECOND);
    world.enter(&grant);
    world.advance(SECOND);
    assert!(matches!(world.try_enter(&grant), Err(NotSignedIn::TokenExpired)));
}

#[test]
fn the_shared_secret_is_a_setting() {
    // TOK-02
    let secret = cardkey_domain::Secret::new(b"a secret of at least thirty-two bytes".to_vec());
    let world = World::with(|settings| settings.signing = TokenSigning::Hs256(secret));
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    assert!(
        grant.tokens.access_token.starts_with(&cardkey_crypto::base64url(br#"{"typ":"at+jwt","alg":"HS256"}"#)[..20])
    );
    world.enter(&grant);
    assert!(world.identity.published_keys().keys.is_empty());
    let other = World::new();
    assert!(is_invalid(&other.try_enter(&grant)));
}

#[test]
fn a_read_under_way_while_the_session_ends_lets_nobody_in() {
    // TOK-05, AUTH-12: whatever the read brings back, the end that was acknowledged meanwhile counts
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    let caller = world.enter(&grant);
    world.advance(2 * SECOND);
    let release = world.store.hold_next_session_read();
    let slow = world.identity.authenticate(&grant.tokens.access_token, None);
    futures::pin_mut!(slow);
    assert!(slow.as_mut().now_or_never().is_none(), "it has read the live session and waits");
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    release.send(()).unwrap();
    assert_eq!(ended_by(block_on(slow)), Some(EndReason::Logout));
    assert_eq!(ended_by(world.try_enter(&grant)), Some(EndReason::Logout));
}

#[test]
fn a_read_under_way_while_the_account_changes_is_not_remembered() {
    // RBAC-02
    let world = World::new();
    let alice = world.user("alice", &["admin"]);
    let grant = world.sign_in("alice", None);
    let release = world.store.hold_next_session_read();
    let slow = world.identity.authenticate(&grant.tokens.access_token, None);
    futures::pin_mut!(slow);
    assert!(slow.as_mut().now_or_never().is_none());
    let edit = EditUser { roles: Some(vec![RoleName::user()]), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), alice.id, edit)).unwrap();
    release.send(()).unwrap();
    assert!(block_on(slow).unwrap().may(Permission::UsersRead).is_ok(), "it asked before the change was answered");
    assert!(world.enter(&grant).may(Permission::UsersRead).is_err());
}

#[test]
fn an_end_that_was_committed_but_not_confirmed_is_seen_at_once() {
    // TOK-05: the caller went away between the commit and the confirmation
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    world.enter(&grant);
    block_on(async {
        let mut work = world.store.begin().await.unwrap();
        let ids = [grant.session.id];
        let ending = world.identity.end_sessions(&mut *work, &ids, EndReason::Logout, world.now()).await.unwrap();
        assert_eq!(ending.sessions.len(), 1);
        assert!(world.identity.authenticate(&grant.tokens.access_token, None).await.is_ok(), "not committed yet");
        work.commit().await.unwrap();
    });
    assert_eq!(ended_by(world.try_enter(&grant)), Some(EndReason::Logout));
}

#[test]
fn an_end_that_was_undone_ends_nothing() {
    // TOK-05
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    block_on(async {
        let mut work = world.store.begin().await.unwrap();
        let ids = [grant.session.id];
        let _undone = world.identity.end_sessions(&mut *work, &ids, EndReason::Logout, world.now()).await.unwrap();
    });
    world.enter(&grant);
    world.advance(11 * SECOND);
    world.enter(&grant);
}

#[test]
fn another_node_refuses_within_a_second() {
    // TOK-05
    let world = World::new();
    world.user("alice", &["user"]);
    let node = world.another_node();
    let grant = world.sign_in("alice", None);
    let caller = enter(&node, &grant).unwrap();
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    assert_eq!(ended_by(world.try_enter(&grant)), Some(EndReason::Logout));
    world.advance(SECOND);
    assert_eq!(ended_by(enter(&node, &grant)), Some(EndReason::Logout));
    let fresh = world.another_node();
    assert_eq!(ended_by(enter(&fresh, &grant)), Some(EndReason::Logout), "a restart forgets nothing");
}

#[test]
fn a_denied_token_is_refused_even_if_its_session_lives() {
    // TOK-05
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    block_on(async {
        let (session, _) = Reader::session(world.store.as_ref(), grant.session.id).await.unwrap().unwrap();
        let mut work = world.store.begin().await.unwrap();
        let denied = world.identity.tokens_of(&session, world.now());
        work.deny_list().deny(&denied, world.now()).await.unwrap();
        work.commit().await.unwrap();
    });
    assert_eq!(ended_by(world.try_enter(&grant)), None);
}

#[test]
fn every_access_token_of_a_session_dies_with_it() {
    // AUTH-12: also those of before the last refresh
    let world = World::new();
    world.user("alice", &["user"]);
    let first = world.sign_in("alice", None);
    world.advance(MINUTE);
    let second = block_on(world.identity.refresh(&call(), &first.tokens.refresh_token)).unwrap();
    let caller = world.enter(&first);
    world.enter(&second);
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    for grant in [&first, &second] {
        assert_eq!(ended_by(world.try_enter(grant)), Some(EndReason::Logout));
    }
}

#[test]
fn a_disabled_account_and_a_session_whose_time_is_over_are_told_apart() {
    // AUTH-11, SES-04, RBAC-02
    let world = World::with(|settings| settings.access_lifetime = 60 * DAY);
    let alice = world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    let forever = |grant: &Grant| {
        let claims =
            Claims { exp: grant.session.created_at.plus(400 * DAY).seconds(), ..world.enter(grant).claims().clone() };
        world.identity.keys.current().sign("at+jwt", &claims)
    };
    let token = forever(&grant);
    world.advance(7 * DAY);
    assert_eq!(ended_by(admit(&world, &token)), Some(EndReason::IdleTimeout));
    let grant = world.sign_in("alice", None);
    let token = forever(&grant);
    let edit = |status| EditUser { status: Some(status), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), alice.id, edit(UserStatus::Disabled))).unwrap();
    assert_eq!(ended_by(admit(&world, &token)), Some(EndReason::AccountDisabled));
}

#[test]
fn a_password_to_be_changed_allows_nothing_else() {
    // AUTH-02, RBAC-01
    let world = World::new();
    let root = world.user("root", &["super_admin"]);
    let grant = world.sign_in("root", None);
    assert!(world.enter(&grant).may(Permission::SystemRotateKeys).is_ok());
    let edit = EditUser { must_change_password: Some(true), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), root.id, edit)).unwrap();
    let caller = world.enter(&grant);
    assert_eq!(caller.settled(), Err(Forbidden::PasswordChangeRequired));
    assert_eq!(caller.may(Permission::UsersRead), Err(Forbidden::PasswordChangeRequired));
    world.user("bob", &["user"]);
    let bob = world.enter(&world.sign_in("bob", None));
    assert_eq!(bob.may(Permission::UsersRead), Err(Forbidden::PermissionMissing(Permission::UsersRead)));
    assert_eq!(bob.settled(), Ok(()));
}

#[test]
fn a_clock_that_goes_back_makes_everything_be_read_again() {
    // TOK-05
    let world = World::new();
    world.user("alice", &["user"]);
    let node = world.another_node();
    let grant = world.sign_in("alice", None);
    world.advance(MINUTE);
    let caller = enter(&node, &grant).unwrap();
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    world.clock.set(world.now().minus(MINUTE));
    assert_eq!(ended_by(enter(&node, &grant)), Some(EndReason::Logout));
}

#[test]
fn use_is_noted_exactly_and_written_down_together() {
    // SES-01
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    world.advance(MINUTE);
    for _ in 0..100 {
        world.enter(&grant);
    }
    let seen = block_on(world.identity.sessions_of(alice.id)).unwrap().unwrap()[0].last_active_at;
    assert_eq!(seen, world.now(), "shown before it is written down");
    assert_eq!(block_on(world.identity.flush_activity()).unwrap(), 1);
    assert_eq!(block_on(world.identity.flush_activity()).unwrap(), 0);
    let (session, _) = block_on(Reader::session(world.store.as_ref(), grant.session.id)).unwrap().unwrap();
    assert_eq!(session.last_active_at, world.now());
    world.advance(Duration::from_micros(1));
    world.enter(&grant);
    assert_eq!(block_on(world.identity.flush_activity()).unwrap(), 1, "however soon it was used again");
}
