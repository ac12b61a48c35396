use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{LicenceId, UserId, Validity};
use cardkey_events::Constraint;
use cardkey_licensing::model::{Batch, CardKey, CardKeyState, NewCardKey};

use super::super::samples::{World, unused};

contract! { Licensing;
    // CARD-09
    async fn card_keys_come_back_by_id_and_by_hash(store) {
        let world = World::new();
        let app = world.app();
        let until = Validity::Until { until: world.now().plus(Duration::from_secs(86_400)) };
        let kinds = [
            Validity::Permanent,
            Validity::Days { days: 36_500 },
            Validity::Hours { hours: 1 },
            Validity::Minutes { minutes: 52_560_000 },
            until,
            Validity::Trial { days: 365 },
            Validity::Metered { uses: 1_000_000_000 },
        ];
        for validity in kinds {
            let batch = Batch { validity, ..world.fullest_batch(&app) };
            let keys = world.new_card_keys(3);
            let now = world.now();
            commit!(store, work => work.card_keys().insert_unused(&batch, &keys, now).await.unwrap());
            for key in &keys {
                let expected = Some(unused(&batch, key, now));
                assert_eq!(store.read().card_key(key.id).await.unwrap(), expected);
                assert_eq!(store.read().card_key_by_hash(key.code_hash).await.unwrap(), expected);
            }
        }
        assert_eq!(store.read().card_key_by_hash(world.hash()).await.unwrap(), None);
        assert_eq!(store.read().card_key(world.id()).await.unwrap(), None);
    }

    // CARD-02
    async fn a_thousand_card_keys_are_one_insert(store) {
        let world = World::new();
        let batch = world.batch(&world.app(), 1_000);
        let keys = world.new_card_keys(1_000);
        commit!(store, work => work.card_keys().insert_unused(&batch, &keys, world.now()).await.unwrap());
        for key in [&keys[0], &keys[500], &keys[999]] {
            assert!(store.read().card_key(key.id).await.unwrap().is_some());
        }
    }

    async fn a_code_that_exists_refuses_the_whole_insert(store) {
        let world = World::new();
        let batch = world.batch(&world.app(), 10);
        let first = world.new_card_key();
        commit!(store, work => work.card_keys().insert_unused(&batch, std::slice::from_ref(&first), world.now()).await.unwrap());
        let mut keys = world.new_card_keys(3);
        keys.push(NewCardKey { code_hash: first.code_hash, ..world.new_card_key() });
        let error = drop_after!(store, work => work.card_keys().insert_unused(&batch, &keys, world.now()).await.unwrap_err());
        assert!(error.is_conflict(Constraint::CardKeyCode), "{error:?}");
        assert_eq!(store.read().card_key(keys[0].id).await.unwrap(), None);
    }

    // CARD-04
    async fn a_card_key_is_changed_only_as_it_was_seen(store) {
        let (world, seen) = one_card_key(&store).await;
        let activated = redeemed(&world, &seen);
        commit!(store, work => work.card_keys().update(&seen, &activated).await.unwrap());
        assert_eq!(store.read().card_key(seen.id).await.unwrap(), Some(activated.clone()));

        // Another state, another owner, another end: somebody else was first.
        let error = refused!(store, work => work.card_keys().update(&seen, &seen).await);
        assert!(error.is_conflict(Constraint::Stale), "{error:?}");
        let other_owner = CardKey { owner_id: Some(world.id()), ..activated.clone() };
        let error = refused!(store, work => work.card_keys().update(&other_owner, &seen).await);
        assert!(error.is_conflict(Constraint::Stale), "{error:?}");
        let other_end = CardKey { expires_at: None, ..activated.clone() };
        let error = refused!(store, work => work.card_keys().update(&other_end, &seen).await);
        assert!(error.is_conflict(Constraint::Stale), "{error:?}");
        assert_eq!(store.read().card_key(seen.id).await.unwrap(), Some(activated.clone()));

        commit!(store, work => work.card_keys().update(&activated, &activated).await.unwrap());
        let deleted = CardKey {
            state: CardKeyState::Deleted,
            state_before: Some(CardKeyState::Activated),
            max_devices: 1_000,
            ..activated.clone()
        };
        commit!(store, work => work.card_keys().update(&activated, &deleted).await.unwrap());
        assert_eq!(store.read().card_key(seen.id).await.unwrap(), Some(deleted));
    }

    // CARD-06
    async fn of_a_thousand_who_redeem_a_card_key_at_once_one_wins(store) {
        let (world, seen) = one_card_key(&store).await;
        let store = Arc::new(store);
        let tries = (0..1_000).map(|_| {
            let (store, seen, activated) = (store.clone(), seen.clone(), redeemed(&world, &seen));
            tokio::spawn(async move {
                let mut work = store.begin().await.unwrap();
                let told = match work.card_keys().update(&seen, &activated).await {
                    Ok(()) => work.commit().await,
                    Err(error) => Err(error),
                };
                match told {
                    Ok(()) => Some(activated),
                    Err(error) => {
                        assert!(error.is_conflict(Constraint::Stale), "{error:?}");
                        None
                    }
                }
            })
        });
        let mut winners = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            winners.extend(attempt.await.unwrap());
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(store.read().card_key(seen.id).await.unwrap(), winners.pop());
    }

    // CARD-12
    async fn card_keys_whose_time_is_over_are_found_oldest_end_first(store) {
        let world = World::new();
        let app = world.app();
        let now = world.now();
        let mut ends = Vec::new();
        for minutes in [3_u64, 1, 2, 10] {
            let until = now.plus(Duration::from_secs(60 * minutes));
            let batch = Batch { validity: Validity::Until { until }, ..world.batch(&app, 1) };
            let key = world.new_card_key();
            commit!(store, work => work.card_keys().insert_unused(&batch, std::slice::from_ref(&key), now).await.unwrap());
            ends.push((until, key.id));
        }
        let permanent = Batch { validity: Validity::Permanent, ..world.batch(&app, 1) };
        commit!(store, work => work.card_keys().insert_unused(&permanent, &world.new_card_keys(1), now).await.unwrap());
        ends.sort();

        let due = async |at, limit| {
            let keys = store.read().card_keys_due(at, limit).await.unwrap();
            keys.into_iter().map(|key| key.id).collect::<Vec<_>>()
        };
        assert_eq!(due(now, 10).await, []);
        assert_eq!(due(ends[2].0, 10).await, [ends[0].1, ends[1].1, ends[2].1]);
        assert_eq!(due(ends[2].0, 2).await, [ends[0].1, ends[1].1]);

        let seen = store.read().card_key(ends[0].1).await.unwrap().unwrap();
        let expired = CardKey { state: CardKeyState::Expired, ..seen.clone() };
        commit!(store, work => work.card_keys().update(&seen, &expired).await.unwrap());
        assert_eq!(due(ends[2].0, 10).await, [ends[1].1, ends[2].1]);
    }
}

async fn one_card_key(store: &super::super::stores::Licensing) -> (World, CardKey) {
    let world = World::new();
    let batch = world.batch(&world.app(), 1);
    let key = world.new_card_key();
    let now = world.now();
    commit!(store, work => work.card_keys().insert_unused(&batch, std::slice::from_ref(&key), now).await.unwrap());
    (world, unused(&batch, &key, now))
}

fn redeemed(world: &World, seen: &CardKey) -> CardKey {
    CardKey {
        state: CardKeyState::Activated,
        owner_id: Some(world.id::<UserId>()),
        licence_id: Some(world.id::<LicenceId>()),
        activated_at: Some(world.now()),
        expires_at: Some(world.now().plus(Duration::from_secs(86_400))),
        ..seen.clone()
    }
}
