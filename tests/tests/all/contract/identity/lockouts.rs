use std::sync::Arc;
use std::time::Duration;

use cardkey_identity::model::{Lockout, LockoutBucket};

use super::super::samples::World;

contract! { Identity;
    // AUTH-05
    async fn the_last_allowed_failure_locks_and_the_lock_ends_by_itself(store) {
        let world = World::new();
        let bucket = LockoutBucket(world.hash());
        let start = world.now();
        let until = start.plus(Duration::from_secs(1_800));
        let fail = async |now, until| commit!(store, work => work.lockouts().fail(bucket, 3, until, now).await.unwrap());
        assert_eq!(store.read().lockout(bucket).await.unwrap(), Lockout::default());
        assert_eq!(fail(start, until).await, Lockout { failures: 1, locked_until: None });
        assert_eq!(fail(start, until).await, Lockout { failures: 2, locked_until: None });
        let locked = fail(start, until).await;
        assert_eq!(locked, Lockout { failures: 3, locked_until: Some(until) });
        assert_eq!(store.read().lockout(bucket).await.unwrap(), locked);
        assert!(!commit!(store, work => work.lockouts().clear(bucket, start).await.unwrap()), "it is locked");
        assert_eq!(store.read().lockout(bucket).await.unwrap(), locked);

        let later = until.plus(Duration::from_secs(1_800));
        assert_eq!(fail(until, later).await, Lockout { failures: 1, locked_until: None }, "counted anew");
        assert!(commit!(store, work => work.lockouts().clear(bucket, until).await.unwrap()));
        assert_eq!(store.read().lockout(bucket).await.unwrap(), Lockout::default());
        assert!(commit!(store, work => work.lockouts().clear(bucket, until).await.unwrap()), "nothing is not locked");
    }

    // AUTH-05
    async fn failures_at_once_are_all_counted(store) {
        let world = World::new();
        let bucket = LockoutBucket(world.hash());
        let (now, store) = (world.now(), Arc::new(store));
        let until = now.plus(Duration::from_secs(1_800));
        let failures = (0..40).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { commit!(store, work => work.lockouts().fail(bucket, 1_000, until, now).await.unwrap()) })
        });
        let mut counts = Vec::new();
        for failure in failures.collect::<Vec<_>>() {
            counts.push(failure.await.unwrap().failures);
        }
        counts.sort_unstable();
        assert_eq!(counts, (1..=40).collect::<Vec<_>>());
    }

    // AUTH-05
    async fn a_device_becomes_known_to_one_account(store) {
        let world = World::new();
        let (user, other) = (world.user("lin"), world.user("mo-mo"));
        let device = world.hash();
        for _ in 0..2 {
            commit!(store, work => work.lockouts().know_device(user.id, device, world.now()).await.unwrap());
        }
        assert!(store.read().knows_device(user.id, device).await.unwrap());
        assert!(!store.read().knows_device(other.id, device).await.unwrap());
        assert!(!store.read().knows_device(user.id, world.hash()).await.unwrap());
    }

    async fn old_failures_are_forgotten(store) {
        let world = World::new();
        let (old, fresh) = (LockoutBucket(world.hash()), LockoutBucket(world.hash()));
        let start = world.now();
        let before = world.later(Duration::from_secs(60));
        commit!(store, work => {
            work.lockouts().fail(old, 5, before, start).await.unwrap();
            work.lockouts().fail(fresh, 5, before, before).await.unwrap();
        });
        assert_eq!(commit!(store, work => work.lockouts().forget(before).await.unwrap()), 1);
        assert_eq!(store.read().lockout(old).await.unwrap().failures, 0);
        assert_eq!(store.read().lockout(fresh).await.unwrap().failures, 1);
    }
}
