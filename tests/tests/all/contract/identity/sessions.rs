use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_identity::Activity;
use cardkey_identity::model::{Session, TokenHash};

use super::super::samples::World;

contract! { Identity;
    // SES-01
    async fn a_session_comes_back_with_its_account(store) {
        let world = World::new();
        let user = world.fullest_user();
        commit!(store, work => work.users().insert(&user).await.unwrap());
        for session in [world.session(&user), world.fullest_session(&user)] {
            commit!(store, work => work.sessions().insert(&session).await.unwrap());
            assert_eq!(store.read().session(session.id).await.unwrap(), Some((session, user.clone())));
        }
        assert_eq!(store.read().session(world.id()).await.unwrap(), None);
    }

    // SES-03
    async fn live_sessions_are_listed_by_how_lately_they_were_used(store) {
        let world = World::new();
        let (user, other) = (world.user("lin"), world.user("mo-mo"));
        let start = world.now();
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let used = |n| Session { last_active_at: start.plus(minutes(n)), ..world.session(&user) };
        let (first, second, third) = (used(2), used(3), used(1));
        let idle = Session { idle_end: start.plus(minutes(5)), ..used(4) };
        let over = Session { absolute_end: start.plus(minutes(5)), ..used(4) };
        let revoked = world.fullest_session(&user);
        let foreign = world.session(&other);
        commit!(store, work => {
            work.users().insert(&user).await.unwrap();
            work.users().insert(&other).await.unwrap();
            for session in [&first, &second, &third, &idle, &over, &revoked, &foreign] {
                work.sessions().insert(session).await.unwrap();
            }
        });
        let at = start.plus(minutes(5));
        assert_eq!(store.read().live_sessions(user.id, at).await.unwrap(), [second.clone(), first.clone(), third.clone()]);
        let live = drop_after!(store, work => work.sessions().live_of(user.id, at).await.unwrap());
        assert_eq!(live, [third, first, second], "least recently active first");
    }

    // SES-03
    async fn a_unit_of_work_counts_its_own_session(store) {
        let world = World::new();
        let user = world.user("lin");
        let session = world.session(&user);
        let live = drop_after!(store, work => {
            work.users().insert(&user).await.unwrap();
            work.sessions().insert(&session).await.unwrap();
            work.sessions().live_of(user.id, world.now()).await.unwrap()
        });
        assert_eq!(live, [session]);
    }

    // TOK-04
    async fn a_refresh_moves_a_live_session_on(store) {
        let world = World::new();
        let user = world.user("lin");
        let (session, revoked) = (world.session(&user), world.fullest_session(&user));
        commit!(store, work => {
            work.users().insert(&user).await.unwrap();
            work.sessions().insert(&session).await.unwrap();
            work.sessions().insert(&revoked).await.unwrap();
        });
        let now = world.later(Duration::from_secs(60));
        let idle_end = now.plus(Duration::from_secs(600));
        let (access, refresh) = (TokenHash(world.hash()), TokenHash(world.hash()));
        let refreshed = async |session: &Session, now| {
            commit!(store, work => work.sessions().refreshed(session.id, access, refresh, idle_end, now).await.unwrap())
        };
        assert!(refreshed(&session, now).await);
        let moved = Session { access_token: access, refresh_token: refresh, idle_end, last_active_at: now, ..session.clone() };
        assert_eq!(store.read().session(session.id).await.unwrap(), Some((moved.clone(), user.clone())));
        assert!(!refreshed(&revoked, now).await);
        assert!(!refreshed(&world.session(&user), now).await);
        assert!(!refreshed(&session, session.absolute_end).await, "its time is over");
        assert_eq!(store.read().session(session.id).await.unwrap(), Some((moved, user)));
    }

    async fn activity_is_written_down_in_one_go_and_never_backwards(store) {
        let world = World::new();
        let user = world.user("lin");
        let sessions: Vec<Session> = (0..20).map(|_| world.session(&user)).collect();
        commit!(store, work => {
            work.users().insert(&user).await.unwrap();
            for session in &sessions {
                work.sessions().insert(session).await.unwrap();
            }
        });
        let at = world.later(Duration::from_secs(60));
        let ip = Some("2001:db8::7".parse().unwrap());
        let activity: Vec<Activity> = sessions.iter().map(|session| Activity { session: session.id, at, ip }).collect();
        store.read().note_activity(&activity).await.unwrap();
        store.read().note_activity(&[]).await.unwrap();
        let earlier = Activity { session: sessions[0].id, at: Timestamp::EPOCH, ip: None };
        store.read().note_activity(&[earlier]).await.unwrap();
        for session in sessions {
            let (read, _) = store.read().session(session.id).await.unwrap().unwrap();
            assert_eq!((read.last_active_at, read.ip), (at, ip));
        }
    }
}
