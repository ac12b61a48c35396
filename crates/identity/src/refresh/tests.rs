use futures::executor::block_on;
use futures::future::join_all;

use super::*;
use crate::model::PermissionSet;
use crate::testing::{DAY, MINUTE, World, call, call_of};
use crate::{EditUser, NotSignedIn, Reader};

mod model;

fn refresh(world: &World, token: &str) -> Result<Grant, RefreshError> {
    world.clock.advance(Duration::from_micros(1));
    block_on(world.identity.refresh(&call(), token))
}

fn signed_in() -> (World, Grant) {
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", Some("laptop"));
    (world, grant)
}

fn ended(outcome: Result<Grant, RefreshError>) -> Option<EndReason> {
    match outcome.unwrap_err() {
        RefreshError::SessionEnded { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_refresh_gives_a_new_pair() {
    // TOK-03
    let (world, mut grant) = signed_in();
    for _ in 0..10 {
        world.advance(DAY);
        let next = refresh(&world, &grant.tokens.refresh_token).unwrap();
        assert_ne!(next.tokens.refresh_token, grant.tokens.refresh_token);
        assert_ne!(next.tokens.access_token, grant.tokens.access_token);
        assert_eq!(next.session.id, grant.session.id);
        assert_eq!(world.enter(&next).claims().device.as_deref(), Some("laptop"));
        grant = next;
    }
}

#[test]
fn a_retry_within_thirty_seconds_gets_the_same_pair() {
    // TOK-03: a lost reply signs nobody out
    let (world, grant) = signed_in();
    let first = refresh(&world, &grant.tokens.refresh_token).unwrap();
    world.advance(Duration::from_secs(29));
    for _ in 0..3 {
        let again = refresh(&world, &grant.tokens.refresh_token).unwrap();
        assert_eq!(again.tokens, first.tokens);
        world.enter(&again);
    }
    refresh(&world, &first.tokens.refresh_token).unwrap();
}

#[test]
fn refreshes_at_once_get_the_same_pair() {
    // TOK-03: two tabs
    let (world, grant) = signed_in();
    let call = call();
    let tries = (0..8).map(|_| world.identity.refresh(&call, &grant.tokens.refresh_token));
    let grants: Vec<_> = block_on(join_all(tries)).into_iter().map(Result::unwrap).collect();
    assert!(grants.iter().all(|one| one.tokens == grants[0].tokens));
    assert_eq!(world.deeds().iter().filter(|deed| *deed == "session.refresh ok").count(), 1);
}

#[test]
fn a_later_reuse_ends_the_session_for_all_who_hold_its_tokens() {
    // TOK-03
    let (world, grant) = signed_in();
    let next = refresh(&world, &grant.tokens.refresh_token).unwrap();
    world.enter(&next);
    world.advance(Duration::from_secs(31));
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::Reused)));
    for grant in [&grant, &next] {
        let refused = world.try_enter(grant).unwrap_err();
        assert!(matches!(refused, NotSignedIn::SessionEnded { reason: Some(EndReason::TokenReuse) }));
        assert_eq!(ended(refresh(&world, &grant.tokens.refresh_token)), Some(EndReason::TokenReuse));
    }
    let (user_id, session_id) = (grant.account.id, grant.session.id);
    let raised = world.happenings().into_iter().filter(|h| *h == Happening::SessionTokenReuse { user_id, session_id });
    assert_eq!(raised.count(), 1);
    let row = world.store.audit_rows().pop().unwrap();
    assert_eq!((row.level, row.code.as_deref()), (AuditLevel::Critical, Some("auth.token_reused")));
    assert_eq!(row.user_id, Some(user_id));
    assert_eq!(world.store.denied_tokens(), 2);
}

#[test]
fn the_grace_is_over_once_the_successor_was_used() {
    // TOK-03
    let (world, grant) = signed_in();
    let next = refresh(&world, &grant.tokens.refresh_token).unwrap();
    refresh(&world, &next.tokens.refresh_token).unwrap();
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::Reused)));
}

#[test]
fn the_idle_end_slides_up_to_the_absolute_end() {
    // TOK-04, SES-04
    let (world, mut grant) = signed_in();
    let began = grant.session.created_at;
    for _ in 0..4 {
        world.advance(6 * DAY);
        grant = refresh(&world, &grant.tokens.refresh_token).unwrap();
        assert_eq!(grant.session.expires_at, world.now().plus(7 * DAY).min(began.plus(30 * DAY)));
    }
    assert_eq!(grant.session.expires_at, began.plus(30 * DAY));
    world.advance(6 * DAY);
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::TokenExpired)));
}

#[test]
fn a_week_without_a_refresh_ends_the_session() {
    // TOK-01, SES-04
    let (world, grant) = signed_in();
    world.advance(7 * DAY);
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::TokenExpired)));
}

#[test]
fn sliding_without_rotation_keeps_the_refresh_token() {
    // TOK-04
    let world = World::with(|settings| settings.rotates_refresh_tokens = false);
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    for _ in 0..4 {
        world.advance(6 * DAY);
        let next = refresh(&world, &grant.tokens.refresh_token).unwrap();
        assert_eq!(next.tokens.refresh_token, grant.tokens.refresh_token);
        world.enter(&next);
    }
    let idle = world.sign_in("alice", None);
    world.advance(7 * DAY);
    assert_eq!(ended(refresh(&world, &idle.tokens.refresh_token)), Some(EndReason::IdleTimeout));
}

#[test]
fn an_access_token_refreshes_nothing() {
    // TOK-01
    let (world, grant) = signed_in();
    assert!(matches!(refresh(&world, &grant.tokens.access_token), Err(RefreshError::TokenInvalid)));
    assert!(matches!(refresh(&world, "junk"), Err(RefreshError::TokenInvalid)));
    let other = World::with(|settings| settings.issuer = "elsewhere".to_owned());
    assert!(matches!(refresh(&other, &grant.tokens.refresh_token), Err(RefreshError::TokenInvalid)));
}

#[test]
fn an_account_that_was_shut_off_refreshes_nothing() {
    // RBAC-02, DEV-06
    let (world, grant) = signed_in();
    world.store.blacklist(&cardkey_domain::BlacklistSubject::Account(grant.account.id));
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::Blacklisted)));
    let edit = EditUser { status: Some(UserStatus::Disabled), ..EditUser::default() };
    block_on(world.identity.edit_user(&call(), PermissionSet::all(), grant.account.id, edit)).unwrap();
    assert_eq!(ended(refresh(&world, &grant.tokens.refresh_token)), Some(EndReason::AccountDisabled));
}

#[test]
fn a_session_that_ended_gives_nothing_to_a_retry() {
    // AUTH-12, TOK-03
    let (world, grant) = signed_in();
    let next = refresh(&world, &grant.tokens.refresh_token).unwrap();
    let caller = world.enter(&next);
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    assert_eq!(ended(refresh(&world, &grant.tokens.refresh_token)), Some(EndReason::Logout));
}

#[test]
fn a_refresh_never_clears_a_lock() {
    // AUTH-05
    let (world, grant) = signed_in();
    for _ in 0..5 {
        world.try_sign_in("alice", "Wrong-horse-1", None).unwrap_err();
    }
    refresh(&world, &grant.tokens.refresh_token).unwrap();
    let outcome = world.try_sign_in("alice", crate::testing::PASSWORD, None);
    assert!(matches!(outcome, Err(crate::SignInError::Locked { .. })));
}

#[test]
fn what_is_kept_for_a_retry_is_sealed_and_soon_forgotten() {
    // TOK-03, SEC-08
    let (world, grant) = signed_in();
    refresh(&world, &grant.tokens.refresh_token).unwrap();
    let claims: crate::Claims = cardkey_crypto::unverified_claims(&grant.tokens.refresh_token).unwrap();
    let kept = || block_on(world.store.refresh_token(claims.hash())).unwrap().unwrap().sealed_reply;
    let sealed = kept().unwrap();
    assert!(!sealed.windows(4).any(|window| window == b"eyJ0"));
    world.advance(2 * MINUTE);
    block_on(world.identity.sweep(&call())).unwrap();
    assert_eq!(kept(), None);
    assert!(matches!(refresh(&world, &grant.tokens.refresh_token), Err(RefreshError::Reused)));
}
