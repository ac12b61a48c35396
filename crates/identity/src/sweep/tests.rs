use futures::executor::block_on;

use super::*;
use crate::Reader;
use crate::testing::{DAY, MINUTE, World, call_of};

fn sweep(world: &World) -> Swept {
    block_on(world.identity.sweep(&Call::by_system("sweep", "sweep".to_owned()))).unwrap()
}

#[test]
fn sessions_end_at_their_time_without_anyone_calling() {
    // SES-04
    let world = World::new();
    let alice = world.user("alice", &["user"]);
    let grants = ["a", "b"].map(|device| world.sign_in("alice", Some(device)));
    world.advance(7 * DAY - MINUTE);
    assert_eq!(sweep(&world).sessions_ended, 0);
    world.advance(MINUTE);
    assert_eq!(sweep(&world).sessions_ended, 2);
    assert_eq!(sweep(&world).sessions_ended, 0);
    let (session, _) = block_on(world.store.session(grants[0].session.id)).unwrap().unwrap();
    assert_eq!(session.revoked_reason, Some(EndReason::IdleTimeout));
    let session_ids = grants.iter().map(|grant| grant.session.id).collect();
    let told = Happening::SessionEnded { user_id: alice.id, session_ids, reason: "idle_timeout".to_owned() };
    assert!(world.happenings().contains(&told));
    assert_eq!(world.deeds().iter().filter(|deed| *deed == "session.expire ok").count(), 1);
}

#[test]
fn more_than_one_batch_is_swept() {
    // SES-04
    let world = World::with(|settings| settings.sessions_per_user = 50);
    for n in 0..24 {
        let name = format!("user-{n}");
        world.user(&name, &["user"]);
        for _ in 0..25 {
            world.sign_in(&name, None);
        }
    }
    world.advance(8 * DAY);
    assert_eq!(sweep(&world).sessions_ended, 600);
}

#[test]
fn what_is_over_is_forgotten() {
    // TOK-05, AUTH-05
    let world = World::new();
    world.user("alice", &["user"]);
    let caller = world.enter(&world.sign_in("alice", None));
    block_on(world.identity.sign_out(&call_of(&caller), &caller)).unwrap();
    world.try_sign_in("nobody", "Wrong-horse-1", None).unwrap_err();
    assert_eq!(world.store.denied_tokens(), 2);
    assert_eq!(sweep(&world).forgotten, 0);
    world.advance(121 * MINUTE);
    sweep(&world);
    assert_eq!(world.store.denied_tokens(), 1, "the refresh token lives longer");
    world.advance(8 * DAY);
    assert_eq!(sweep(&world).forgotten, 3, "a refresh token, its denial, a counter");
    assert_eq!(world.store.denied_tokens(), 0);
    world.advance(91 * DAY);
    assert_eq!(sweep(&world).forgotten, 1, "the session");
}

#[test]
fn a_lock_outlives_every_sweep() {
    // AUTH-05
    let world = World::new();
    for _ in 0..5 {
        world.try_sign_in("nobody", "Wrong-horse-1", None).unwrap_err();
    }
    world.advance(29 * MINUTE);
    sweep(&world);
    let outcome = world.try_sign_in("nobody", "Wrong-horse-1", None);
    assert!(matches!(outcome, Err(crate::SignInError::Locked { .. })));
}
