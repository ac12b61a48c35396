use std::collections::HashSet;

use super::*;
use crate::model::AppPolicy;
use crate::testing::{World, block_on, order};

const DAYS: Validity = Validity::Days { days: 30 };

#[test]
fn a_small_batch_stands_at_once() {
    // CARD-02, CARD-01
    let world = World::new();
    let app = world.app(AppPolicy { max_devices: 2, ..AppPolicy::default() });
    let batch = world.batch(app.id, 1_000, DAYS, None);
    assert_eq!((batch.status, batch.generated, batch.max_devices), (BatchStatus::Completed, 1_000, 2));
    let codes = world.codes(&batch);
    assert_eq!(codes.iter().map(CardKeyCode::expose_grouped).collect::<HashSet<_>>().len(), 1_000);
    assert!(codes.iter().all(CardKeyCode::has_check_character));
}

#[test]
fn a_large_batch_is_made_chunk_by_chunk() {
    // CARD-02
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let batch = world.batch(app.id, 2 * CHUNK + 500, DAYS, None);
    assert_eq!((batch.status, batch.generated), (BatchStatus::Running, 0));
    let next = || block_on(world.licensing.generate_next_chunk(&world.operator(), batch.id)).unwrap().unwrap();
    assert_eq!(next().generated, CHUNK);
    assert_eq!(next().generated, 2 * CHUNK);
    let whole = next();
    assert_eq!((whole.status, whole.generated), (BatchStatus::Completed, 2 * CHUNK + 500));
    assert_eq!(next(), whole, "a job that comes late does nothing");
    let completed = Happening::CardKeyBatchCompleted { batch_id: batch.id, app_id: app.id };
    assert_eq!(world.happenings().iter().filter(|happening| **happening == completed).count(), 1);
}

#[test]
fn two_jobs_make_no_key_too_many() {
    // CARD-02
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let batch = world.batch(app.id, 4 * CHUNK, DAYS, None);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while block_on(world.licensing.generate_next_chunk(&world.operator(), batch.id))
                    .unwrap()
                    .unwrap()
                    .status
                    == BatchStatus::Running
                {}
            });
        }
    });
    let query = crate::CardKeyQuery { batch: Some(batch.id), ..crate::CardKeyQuery::default() };
    let page = block_on(world.licensing.card_keys(&query, PageRequest::first())).unwrap();
    assert_eq!(page.total, u64::from(4 * CHUNK));
}

#[test]
fn a_cancelled_batch_keeps_what_stands_and_makes_no_more() {
    // CARD-02
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let batch = world.batch(app.id, 2 * CHUNK, DAYS, None);
    block_on(world.licensing.generate_next_chunk(&world.operator(), batch.id)).unwrap();
    let cancelled = block_on(world.licensing.cancel_batch(&world.operator(), batch.id)).unwrap();
    assert_eq!((cancelled.status, cancelled.generated), (BatchStatus::Cancelled, CHUNK));
    block_on(world.licensing.generate_next_chunk(&world.operator(), batch.id)).unwrap();
    assert_eq!(block_on(world.licensing.batch(batch.id)).unwrap().unwrap().generated, CHUNK);
    let again = block_on(world.licensing.cancel_batch(&world.operator(), batch.id));
    assert!(matches!(again, Err(CancelError::NotRunning)));
}

#[test]
fn an_order_out_of_range_is_refused() {
    // CARD-02, CARD-05
    let world = World::new();
    let app = world.app(AppPolicy::default()).id;
    let refused = |order| block_on(world.licensing.order_batch(&world.operator(), order)).unwrap_err();
    assert!(matches!(refused(order(app, 0, DAYS, None)), OrderError::Count));
    assert!(matches!(refused(order(app, 1_000_001, DAYS, None)), OrderError::Count));
    assert!(matches!(refused(order(app, 1, DAYS, Some(0))), OrderError::MaxDevices));
    assert!(matches!(refused(order(app, 1, Validity::Days { days: 0 }, None)), OrderError::Validity));
    assert!(matches!(refused(order(app, 1, Validity::Until { until: world.now() }, None)), OrderError::Validity));
    assert!(matches!(refused(order(world.ambient.id(), 1, DAYS, None)), OrderError::AppNotFound));
    assert_eq!(world.deeds(), ["app.register"]);
}
