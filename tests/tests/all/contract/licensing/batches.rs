use std::time::Duration;

use cardkey_domain::PageRequest;
use cardkey_licensing::model::{Batch, BatchStatus};

use super::super::samples::World;

contract! { Licensing;
    // CARD-02
    async fn a_batch_comes_back_as_it_was_written(store) {
        let world = World::new();
        let app = world.app();
        for batch in [world.batch(&app, 5), world.fullest_batch(&app)] {
            commit!(store, work => work.batches().insert(&batch).await.unwrap());
            assert_eq!(store.read().batch(batch.id).await.unwrap(), Some(batch));
        }
        assert_eq!(store.read().batch(world.id()).await.unwrap(), None);
    }

    // CARD-02
    async fn a_batch_advances_step_by_step_and_is_whole_at_its_count(store) {
        let world = World::new();
        let batch = world.batch(&world.app(), 10);
        commit!(store, work => work.batches().insert(&batch).await.unwrap());
        let now = world.later(Duration::from_secs(1));
        assert!(commit!(store, work => work.batches().advance(batch.id, 0, 6, now).await.unwrap()));
        assert!(!commit!(store, work => work.batches().advance(batch.id, 0, 6, now).await.unwrap()));
        let half = Batch { generated: 6, ..batch.clone() };
        assert_eq!(store.read().batch(batch.id).await.unwrap(), Some(half));

        assert!(commit!(store, work => work.batches().advance(batch.id, 6, 10, now).await.unwrap()));
        let whole = Batch { generated: 10, status: BatchStatus::Completed, finished_at: Some(now), ..batch.clone() };
        assert_eq!(store.read().batch(batch.id).await.unwrap(), Some(whole));
        assert_eq!(commit!(store, work => work.batches().cancel(batch.id, now).await.unwrap()), None);
    }

    // CARD-02
    async fn a_stopped_batch_goes_no_further(store) {
        let world = World::new();
        let batch = world.batch(&world.app(), 10);
        commit!(store, work => work.batches().insert(&batch).await.unwrap());
        let now = world.later(Duration::from_secs(1));
        assert!(commit!(store, work => work.batches().advance(batch.id, 0, 4, now).await.unwrap()));
        let stop = async || commit!(store, work => work.batches().cancel(batch.id, now).await.unwrap());
        assert_eq!((stop().await, stop().await), (Some(4), None));
        assert!(!commit!(store, work => work.batches().advance(batch.id, 4, 10, now).await.unwrap()));
        let stopped = Batch { generated: 4, status: BatchStatus::Cancelled, finished_at: Some(now), ..batch.clone() };
        assert_eq!(store.read().batch(batch.id).await.unwrap(), Some(stopped));
    }

    async fn batches_are_listed_by_app_and_status(store) {
        let world = World::new();
        let (paint, draw) = (world.app(), world.app());
        let (first, second, third) = (world.batch(&paint, 1), world.batch(&draw, 1), world.batch(&paint, 1));
        commit!(store, work => {
            for batch in [&first, &second, &third] {
                work.batches().insert(batch).await.unwrap();
            }
            work.batches().cancel(third.id, world.now()).await.unwrap();
        });
        let listed = async |app, status| {
            let page = store.read().batches(app, status, PageRequest::first()).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64);
            page.items.into_iter().map(|batch| batch.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(None, None).await, [third.id, second.id, first.id]);
        assert_eq!(listed(Some(paint.id), None).await, [third.id, first.id]);
        assert_eq!(listed(Some(paint.id), Some(BatchStatus::Running)).await, [first.id]);
        assert_eq!(listed(None, Some(BatchStatus::Cancelled)).await, [third.id]);
        assert_eq!(listed(Some(draw.id), Some(BatchStatus::Completed)).await, []);
    }
}
