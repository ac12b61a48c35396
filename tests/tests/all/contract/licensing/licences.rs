use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{PageRequest, Timestamp};
use cardkey_events::Constraint;
use cardkey_licensing::model::{CardKey, CardKeyState, Licence};

use super::super::samples::{World, unused};
use super::super::stores::Licensing;

contract! { Licensing;
    async fn a_licence_comes_back_as_it_was_written(store) {
        let world = World::new();
        let card_key = card_key(&world, &store).await;
        let plain = Licence { expires_at: None, ..world.licence(&card_key, world.id()) };
        let fullest = Licence {
            card_key_id: world.id(),
            expires_at: Some(Timestamp::from_micros(i64::MAX)),
            uses_left: Some(u32::MAX),
            max_devices: 1_000,
            trial: true,
            epoch: u32::MAX - 1,
            ..world.licence(&card_key, world.id())
        };
        for licence in [plain, fullest] {
            commit!(store, work => work.licences().insert(&licence).await.unwrap());
            assert_eq!(store.read().licence(licence.id).await.unwrap(), Some((licence, Vec::new())));
        }
        assert_eq!(store.read().licence(world.id()).await.unwrap(), None);
    }

    // CARD-06
    async fn a_card_key_becomes_one_licence(store) {
        let world = World::new();
        let card_key = card_key(&world, &store).await;
        let (first, second) = (world.licence(&card_key, world.id()), world.licence(&card_key, world.id()));
        commit!(store, work => work.licences().insert(&first).await.unwrap());
        let error = refused!(store, work => work.licences().insert(&second).await);
        assert!(error.is_conflict(Constraint::LicenceOfCardKey), "{error:?}");
    }

    async fn a_licence_is_changed_only_in_the_epoch_it_was_seen_in(store) {
        let world = World::new();
        let card_key = card_key(&world, &store).await;
        let licence = world.licence(&card_key, world.id());
        commit!(store, work => work.licences().insert(&licence).await.unwrap());
        let changed = Licence {
            owner_id: world.id(),
            max_devices: 5,
            expires_at: None,
            uses_left: Some(3),
            ..licence.clone()
        };
        assert!(commit!(store, work => work.licences().update(&changed).await.unwrap()));
        let raised = Licence { epoch: licence.epoch + 1, ..changed.clone() };
        assert_eq!(store.read().licence(licence.id).await.unwrap(), Some((raised.clone(), Vec::new())));
        assert!(!commit!(store, work => work.licences().update(&changed).await.unwrap()));
        assert_eq!(store.read().licence(licence.id).await.unwrap(), Some((raised, Vec::new())));
    }

    // CARD-05
    async fn uses_are_taken_until_none_is_left_however_many_take_at_once(store) {
        let world = World::new();
        let card_key = card_key(&world, &store).await;
        let metered = Licence { uses_left: Some(10), ..world.licence(&card_key, world.id()) };
        let unmetered = Licence { card_key_id: world.id(), ..world.licence(&card_key, world.id()) };
        commit!(store, work => {
            work.licences().insert(&metered).await.unwrap();
            work.licences().insert(&unmetered).await.unwrap();
        });
        let store = Arc::new(store);
        let takers = (0..50).map(|_| {
            let (store, id) = (store.clone(), metered.id);
            tokio::spawn(async move { commit!(store, work => work.licences().take_use(id).await.unwrap()) })
        });
        let mut taken = 0;
        for taker in takers.collect::<Vec<_>>() {
            taken += u32::from(taker.await.unwrap());
        }
        assert_eq!(taken, 10);
        let (left, _) = store.read().licence(metered.id).await.unwrap().unwrap();
        assert_eq!((left.uses_left, left.epoch), (Some(0), metered.epoch), "a use raises no epoch");
        assert!(!commit!(store, work => work.licences().take_use(unmetered.id).await.unwrap()));
    }

    // CARD-05
    async fn a_device_has_one_trial_of_an_app(store) {
        let world = World::new();
        let (app, other, device) = (world.app(), world.app(), world.device(&world.app(), world.id()));
        commit!(store, work => work.licences().take_trial(app.id, device.id, world.now()).await.unwrap());
        let error = refused!(store, work => work.licences().take_trial(app.id, device.id, world.now()).await);
        assert!(error.is_conflict(Constraint::Trial), "{error:?}");
        commit!(store, work => work.licences().take_trial(other.id, device.id, world.now()).await.unwrap());
        commit!(store, work => work.licences().take_trial(app.id, world.id(), world.now()).await.unwrap());
    }

    async fn an_owner_sees_their_licences_but_not_those_of_deleted_card_keys(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        let (owner, stranger) = (world.id(), world.id());
        let mut owned = Vec::new();
        for holder in [owner, owner, stranger, owner] {
            let seen = card_key_of(&world, &store, &app).await;
            let licence = world.licence(&seen, holder);
            let card_key = CardKey {
                state: CardKeyState::Activated,
                owner_id: Some(holder),
                licence_id: Some(licence.id),
                activated_at: Some(world.now()),
                ..seen.clone()
            };
            let device = world.device(&app, holder);
            let seat = world.seat(&licence, &device, 0);
            commit!(store, work => {
                work.card_keys().update(&seen, &card_key).await.unwrap();
                work.licences().insert(&licence).await.unwrap();
                work.devices().insert(&device).await.unwrap();
                work.licences().bind(&seat).await.unwrap();
            });
            if holder == owner {
                owned.push((card_key, licence, seat));
            }
        }
        world.later(Duration::from_secs(1));
        let deleted = CardKey { state: CardKeyState::Deleted, state_before: Some(CardKeyState::Activated), ..owned[0].0.clone() };
        commit!(store, work => work.card_keys().update(&owned[0].0, &deleted).await.unwrap());

        let page = store.read().licences_of(owner, PageRequest::of(1)).await.unwrap();
        assert_eq!((page.total, page.items.len()), (2, 1));
        let (card_key, licence, seat) = &owned[2];
        let overview = &page.items[0];
        assert_eq!(&overview.licence, licence);
        assert_eq!(overview.card_key_state, CardKeyState::Activated);
        assert_eq!(overview.masked, card_key.masked);
        assert_eq!(overview.app_name, app.name);
        assert_eq!(overview.seats, std::slice::from_ref(seat));
        let next = PageRequest::of(1).after(page.next.unwrap());
        let page = store.read().licences_of(owner, next).await.unwrap();
        assert_eq!((page.items[0].licence.id, page.next), (owned[1].1.id, None));
    }
}

pub(super) async fn card_key(world: &World, store: &Licensing) -> CardKey {
    card_key_of(world, store, &world.app()).await
}

pub(super) async fn card_key_of(world: &World, store: &Licensing, app: &cardkey_licensing::model::App) -> CardKey {
    let batch = world.batch(app, 1);
    let key = world.new_card_key();
    let now = world.now();
    commit!(store, work => {
        work.card_keys().insert_unused(&batch, std::slice::from_ref(&key), now).await.unwrap();
    });
    unused(&batch, &key, now)
}
