use std::sync::Arc;
use std::time::Duration;

use cardkey_identity::model::{EndReason, Session, User};

use super::super::samples::World;
use super::super::stores::Identity;

contract! { Identity;
    // AUTH-12
    async fn a_session_ends_once_and_for_one_reason(store) {
        let (world, user) = an_account(&store).await;
        let (session, other) = (world.session(&user), world.session(&user));
        commit!(store, work => {
            work.sessions().insert(&session).await.unwrap();
            work.sessions().insert(&other).await.unwrap();
        });
        let now = world.later(Duration::from_secs(1));
        let ended = Session { revoked_at: Some(now), revoked_reason: Some(EndReason::Logout), ..session.clone() };
        let end = async |ids: &[_], reason| commit!(store, work => work.sessions().end(ids, reason, now).await.unwrap());
        assert_eq!(end(&[session.id], EndReason::Logout).await, [ended.clone()]);
        assert_eq!(end(&[session.id, world.id()], EndReason::Revoked).await, []);
        assert_eq!(end(&[], EndReason::Revoked).await, []);
        assert_eq!(store.read().session(session.id).await.unwrap().unwrap().0, ended);
        let both = end(&[session.id, other.id], EndReason::LogoutAll).await;
        assert_eq!(both.iter().map(|session| session.id).collect::<Vec<_>>(), [other.id]);
    }

    // AUTH-12
    async fn of_many_who_end_a_session_at_once_one_does(store) {
        let (world, user) = an_account(&store).await;
        let session = world.session(&user);
        commit!(store, work => work.sessions().insert(&session).await.unwrap());
        let store = Arc::new(store);
        let tries = (0..50).map(|_| {
            let (store, id, now) = (store.clone(), session.id, world.now());
            tokio::spawn(async move {
                commit!(store, work => work.sessions().end(&[id], EndReason::Logout, now).await.unwrap()).len()
            })
        });
        let mut ended = 0;
        for attempt in tries.collect::<Vec<_>>() {
            ended += attempt.await.unwrap();
        }
        assert_eq!(ended, 1);
    }

    // SES-04
    async fn sessions_whose_time_is_over_are_ended_with_the_earlier_reason(store) {
        let (world, user) = an_account(&store).await;
        let start = world.now();
        let seconds = |n: u64| start.plus(Duration::from_secs(n));
        let idle = Session { idle_end: seconds(10), absolute_end: seconds(20), ..world.session(&user) };
        let absolute = Session { idle_end: seconds(20), absolute_end: seconds(10), ..world.session(&user) };
        let live = world.session(&user);
        commit!(store, work => {
            for session in [&idle, &absolute, &live] {
                work.sessions().insert(session).await.unwrap();
            }
        });
        let overdue = async |now, limit| {
            let mut ended = commit!(store, work => work.sessions().end_overdue(now, limit).await.unwrap());
            ended.sort_by_key(|session| session.id);
            ended.into_iter().map(|session| (session.id, session.revoked_reason)).collect::<Vec<_>>()
        };
        assert_eq!(overdue(seconds(9), 10).await, []);
        let expected = [(idle.id, Some(EndReason::IdleTimeout)), (absolute.id, Some(EndReason::AbsoluteTimeout))];
        let first = overdue(seconds(10), 1).await;
        let second = overdue(seconds(10), 10).await;
        let mut both = [first, second].concat();
        both.sort_by_key(|(id, _)| *id);
        assert_eq!(both, expected);
        assert_eq!(overdue(seconds(10), 10).await, []);
        assert!(store.read().session(live.id).await.unwrap().unwrap().0.is_live(seconds(10)));
    }

    async fn ended_sessions_are_forgotten_in_time_with_their_tokens(store) {
        let (world, user) = an_account(&store).await;
        let (old, fresh, live) = (world.session(&user), world.session(&user), world.session(&user));
        commit!(store, work => {
            for session in [&old, &fresh, &live] {
                work.sessions().insert(session).await.unwrap();
                work.refresh_tokens().insert(&world.refresh_token(session)).await.unwrap();
            }
            work.sessions().end(&[old.id], EndReason::Logout, world.now()).await.unwrap();
        });
        let before = world.later(Duration::from_secs(60));
        commit!(store, work => work.sessions().end(&[fresh.id], EndReason::Logout, before).await.unwrap());
        assert_eq!(commit!(store, work => work.sessions().forget(before, 100).await.unwrap()), 1);
        assert_eq!(commit!(store, work => work.sessions().forget(before, 100).await.unwrap()), 0);
        assert_eq!(store.read().session(old.id).await.unwrap(), None);
        assert_eq!(store.read().refresh_token(old.refresh_token).await.unwrap(), None);
        for kept in [&fresh, &live] {
            assert!(store.read().session(kept.id).await.unwrap().is_some());
            assert!(store.read().refresh_token(kept.refresh_token).await.unwrap().is_some());
        }
    }
}

async fn an_account(store: &Identity) -> (World, User) {
    let world = World::new();
    let user = world.user("lin");
    commit!(store, work => work.users().insert(&user).await.unwrap());
    (world, user)
}
