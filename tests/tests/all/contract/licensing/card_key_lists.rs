use std::time::Duration;

use cardkey_domain::{BatchId, CardKeyId, PageRequest, UserId};
use cardkey_licensing::CardKeyFilter;
use cardkey_licensing::model::{Batch, BatchStatus, CardKey, CardKeyState};

use super::super::samples::{World, text};
use super::super::stores::Licensing;

/// Two batches of one app and one of another, three keys each; the first key of the first batch is redeemed, the second deleted.
struct Shelf {
    world: World,
    batches: [Batch; 3],
    /// Newest first, the deleted one left out.
    listed: Vec<CardKey>,
    redeemed: CardKey,
    deleted: CardKey,
}

contract! { Licensing;
    // CARD-11
    async fn card_keys_are_found_by_everything_they_can_be_found_by(store) {
        let shelf = Shelf::fill(&store).await;
        let [first, second, third] = &shelf.batches;
        let some = |filter: CardKeyFilter, expected: &[&CardKey]| {
            (filter, expected.iter().map(|key| key.id).collect::<Vec<_>>())
        };
        let of = |batch: BatchId| shelf.listed.iter().filter(|key| key.batch_id == batch).collect::<Vec<_>>();
        let any = CardKeyFilter::default;
        let one = &shelf.listed[0];
        let unused: Vec<&CardKey> = shelf.listed.iter().filter(|key| key.state == CardKeyState::Unused).collect();
        let cases = [
            some(any(), &shelf.listed.iter().collect::<Vec<_>>()),
            some(CardKeyFilter { app: Some(third.app_id), ..any() }, &of(third.id)),
            some(CardKeyFilter { batch: Some(second.id), ..any() }, &of(second.id)),
            some(CardKeyFilter { state: Some(CardKeyState::Unused), ..any() }, &unused),
            some(CardKeyFilter { state: Some(CardKeyState::Deleted), ..any() }, &[&shelf.deleted]),
            some(CardKeyFilter { batch: Some(first.id), state: Some(CardKeyState::Activated), ..any() }, &[&shelf.redeemed]),
            some(CardKeyFilter { app: Some(third.app_id), state: Some(CardKeyState::Activated), ..any() }, &[]),
            some(CardKeyFilter { owner: shelf.redeemed.owner_id, ..any() }, &[&shelf.redeemed]),
            some(CardKeyFilter { owner: Some(shelf.world.id::<UserId>()), ..any() }, &[]),
            some(CardKeyFilter { note: Some("spring".to_owned()), ..any() }, &of(second.id)),
            some(CardKeyFilter { note: Some("spr_ng".to_owned()), ..any() }, &[]),
            some(CardKeyFilter { note: Some("ing".to_owned()), ..any() }, &[]),
            some(CardKeyFilter { code_part: Some(one.masked.head.clone()), ..any() }, &[one]),
            some(CardKeyFilter { code_part: Some(one.masked.tail.clone()), ..any() }, &[one]),
            some(CardKeyFilter { created_from: Some(third.created_at), ..any() }, &of(third.id)),
            some(CardKeyFilter { created_to: Some(third.created_at), app: Some(third.app_id), ..any() }, &[]),
        ];
        for (filter, expected) in cases {
            let page = store.read().card_keys(&filter, PageRequest::first()).await.unwrap();
            let found: Vec<CardKeyId> = page.items.iter().map(|key| key.id).collect();
            assert_eq!((found, page.total), (expected.clone(), expected.len() as u64), "{filter:?}");
        }
    }

    // CARD-11
    async fn pages_of_card_keys_follow_one_another(store) {
        let shelf = Shelf::fill(&store).await;
        let filter = CardKeyFilter::default();
        let mut request = PageRequest::of(3);
        let mut walked = Vec::new();
        loop {
            let page = store.read().card_keys(&filter, request).await.unwrap();
            assert_eq!(page.total, shelf.listed.len() as u64);
            walked.extend(page.items);
            let Some(next) = page.next else { break };
            request = request.after(next);
        }
        assert_eq!(walked, shelf.listed);
    }

    // CARD-11
    async fn totals_stay_exact_while_they_are_folded(store) {
        let shelf = Shelf::fill(&store).await;
        let total = async |filter: CardKeyFilter| store.read().card_keys(&filter, PageRequest::of(1)).await.unwrap().total;
        let totals = async || {
            let [first, _, third] = &shelf.batches;
            [
                total(CardKeyFilter::default()).await,
                total(CardKeyFilter { app: Some(first.app_id), ..Default::default() }).await,
                total(CardKeyFilter { app: Some(third.app_id), state: Some(CardKeyState::Unused), ..Default::default() }).await,
                total(CardKeyFilter { batch: Some(first.id), ..Default::default() }).await,
                total(CardKeyFilter { state: Some(CardKeyState::Deleted), ..Default::default() }).await,
            ]
        };
        assert_eq!(totals().await, [8, 5, 3, 2, 1]);
        store.read().fold_tallies().await.unwrap();
        assert_eq!(totals().await, [8, 5, 3, 2, 1]);

        let restored = CardKey { state: CardKeyState::Unused, state_before: None, ..shelf.deleted.clone() };
        commit!(store, work => work.card_keys().update(&shelf.deleted, &restored).await.unwrap());
        assert_eq!(totals().await, [9, 6, 3, 3, 0]);
        // What is dropped is not counted.
        drop_after!(store, work => work.card_keys().update(&restored, &shelf.deleted).await.unwrap());
        store.read().fold_tallies().await.unwrap();
        store.read().fold_tallies().await.unwrap();
        assert_eq!(totals().await, [9, 6, 3, 3, 0]);
    }

    // CARD-11
    async fn totals_by_time_and_note_are_exact_also_of_batches_that_are_long_in_the_making(store) {
        let world = World::new();
        let paint = world.app();
        let batch = Batch { note: Some(text("spring")), ..world.batch(&paint, 9) };
        let now = world.later(Duration::from_secs(60));
        let instant = Batch { note: Some(text("spring")), generated: 2, status: BatchStatus::Completed, created_at: now, finished_at: Some(now), ..world.batch(&paint, 2) };
        commit!(store, work => {
            work.batches().insert(&batch).await.unwrap();
            work.batches().insert(&instant).await.unwrap();
            work.card_keys().insert_unused(&instant, &world.new_card_keys(2), now).await.unwrap();
        });
        let mut times = vec![now];
        for made in [0, 3, 6] {
            let now = world.later(Duration::from_secs(60));
            commit!(store, work => {
                assert!(work.batches().advance(batch.id, made, made + 3, now).await.unwrap());
                work.card_keys().insert_unused(&batch, &world.new_card_keys(3), now).await.unwrap();
            });
            times.push(now);
            let total = async |from: Option<usize>, to: Option<usize>, batch: Option<BatchId>| {
                let time = |index: Option<usize>| index.and_then(|index| times.get(index).copied());
                let (created_from, created_to) = (time(from), time(to));
                let filter = CardKeyFilter { created_from, created_to, batch, note: Some("spr".to_owned()), ..Default::default() };
                let page = store.read().card_keys(&filter, PageRequest::first()).await.unwrap();
                assert_eq!(page.items.len() as u64, page.total, "{filter:?}");
                page.total
            };
            let so_far = u64::from(made) + 3;
            assert_eq!(total(None, None, None).await, 2 + so_far);
            assert_eq!(total(Some(0), None, None).await, 2 + so_far);
            assert_eq!(total(Some(1), None, None).await, so_far);
            assert_eq!(total(Some(1), None, Some(instant.id)).await, 0);
            assert_eq!(total(None, Some(1), None).await, 2);
            assert_eq!(total(Some(1), Some(2), None).await, 3);
            assert_eq!(total(Some(1), Some(2), Some(batch.id)).await, 3);
            assert_eq!(total(Some(2), None, Some(batch.id)).await, if made == 0 { 3 } else { so_far - 3 });
        }
    }

    // CARD-11
    async fn a_card_key_is_found_by_its_hash_and_by_its_device(store) {
        let shelf = Shelf::fill(&store).await;
        let world = &shelf.world;
        let key = world.new_card_key();
        commit!(store, work => {
            work.card_keys().insert_unused(&shelf.batches[0], std::slice::from_ref(&key), world.now()).await.unwrap();
        });
        let by_hash = CardKeyFilter { code_hash: Some(key.code_hash), ..Default::default() };
        let page = store.read().card_keys(&by_hash, PageRequest::first()).await.unwrap();
        assert_eq!(page.items.iter().map(|key| key.id).collect::<Vec<_>>(), [key.id]);

        let device = world.device(&world.app(), world.id());
        let licence = cardkey_licensing::model::Licence {
            id: shelf.redeemed.licence_id.unwrap(),
            ..world.licence(&shelf.redeemed, shelf.redeemed.owner_id.unwrap())
        };
        let seat = world.seat(&licence, &device, 0);
        commit!(store, work => {
            work.devices().insert(&device).await.unwrap();
            work.licences().insert(&licence).await.unwrap();
            work.licences().bind(&seat).await.unwrap();
        });
        let by_device = CardKeyFilter { device: Some(device.id), ..Default::default() };
        let listed = async || {
            let page = store.read().card_keys(&by_device, PageRequest::first()).await.unwrap();
            page.items.into_iter().map(|key| key.id).collect::<Vec<_>>()
        };
        assert_eq!(listed().await, [shelf.redeemed.id]);
        commit!(store, work => work.licences().unbind(licence.id, None, world.now()).await.unwrap());
        assert_eq!(listed().await, []);
    }
}

impl Shelf {
    async fn fill(store: &Licensing) -> Self {
        let world = World::new();
        let (paint, draw) = (world.app(), world.app());
        let batches = [
            world.batch(&paint, 3),
            Batch { note: Some(text("spring sale")), ..world.batch(&paint, 3) },
            Batch { note: Some(text("autumn")), ..world.batch(&draw, 3) },
        ];
        let mut keys = Vec::new();
        for batch in &batches {
            let new = world.new_card_keys(3);
            commit!(store, work => {
                work.batches().insert(batch).await.unwrap();
                work.card_keys().insert_unused(batch, &new, batch.created_at).await.unwrap();
            });
            keys.extend(new.iter().map(|key| super::super::samples::unused(batch, key, batch.created_at)));
            world.later(Duration::from_secs(1));
        }
        let redeemed = CardKey {
            state: CardKeyState::Activated,
            owner_id: Some(world.id()),
            licence_id: Some(world.id()),
            activated_at: Some(world.now()),
            ..keys[0].clone()
        };
        let deleted =
            CardKey { state: CardKeyState::Deleted, state_before: Some(CardKeyState::Unused), ..keys[1].clone() };
        commit!(store, work => {
            work.card_keys().update(&keys[0], &redeemed).await.unwrap();
            work.card_keys().update(&keys[1], &deleted).await.unwrap();
        });
        keys[0] = redeemed.clone();
        let listed = keys.into_iter().filter(|key| key.id != deleted.id).rev().collect();
        Self { world, batches, listed, redeemed, deleted }
    }
}
