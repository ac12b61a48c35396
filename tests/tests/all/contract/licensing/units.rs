use std::sync::Arc;

use cardkey_domain::PageRequest;
use cardkey_events::{Constraint, StoreError};
use cardkey_licensing::model::App;

use super::super::samples::World;

contract! { Licensing;
    async fn a_dropped_unit_of_work_leaves_nothing(store) {
        let world = World::new();
        let (app, batch) = (world.app(), world.batch(&world.app(), 3));
        drop_after!(store, work => {
            work.apps().insert(&app).await.unwrap();
            work.batches().insert(&batch).await.unwrap();
            work.card_keys().insert_unused(&batch, &world.new_card_keys(3), world.now()).await.unwrap();
        });
        assert_eq!(store.read().app(app.id).await.unwrap(), None);
        assert_eq!(store.read().batch(batch.id).await.unwrap(), None);
        let page = store.read().card_keys(&Default::default(), PageRequest::first()).await.unwrap();
        assert_eq!((page.total, page.items.len()), (0, 0));
        // And stands in nobody's way.
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(app));
    }

    async fn nobody_sees_a_unit_of_work_before_it_commits(store) {
        let world = World::new();
        let app = world.app();
        let mut work = store.begin().await.unwrap();
        work.apps().insert(&app).await.unwrap();
        assert_eq!(store.read().app(app.id).await.unwrap(), None);
        work.commit().await.unwrap();
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(app));
    }

    // Units that share a commit on SQLite fail, and are dropped, each for itself.
    async fn among_many_at_once_only_the_failing_ones_leave_nothing(store) {
        let world = World::new();
        let taken = world.device(&world.app(), world.id());
        commit!(store, work => work.devices().insert(&taken).await.unwrap());
        let store = Arc::new(store);
        let units = (0..120).map(|number| {
            let (store, app, taken) = (store.clone(), world.app(), taken.clone());
            let again = cardkey_licensing::model::Device { id: world.id(), ..taken };
            tokio::spawn(async move {
                let mut work = store.begin().await.unwrap();
                work.apps().insert(&app).await.unwrap();
                match number % 3 {
                    0 => work.commit().await.unwrap(),
                    1 => {
                        let conflict = match work.devices().insert(&again).await {
                            Err(error) => error,
                            Ok(()) => work.commit().await.unwrap_err(),
                        };
                        assert!(conflict.is_conflict(Constraint::DeviceFingerprint), "{conflict:?}");
                    }
                    _ => drop(work),
                }
                (number % 3 == 0, app)
            })
        });
        for unit in units.collect::<Vec<_>>() {
            let (committed, app): (bool, App) = unit.await.unwrap();
            assert_eq!(store.read().app(app.id).await.unwrap().is_some(), committed);
        }
        let page = store.read().apps(None, PageRequest::first()).await.unwrap();
        assert_eq!(page.total, 40);
    }

    async fn a_primary_key_taken_twice_is_a_conflict_of_no_special_kind(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        let error = drop_after!(store, work => work.apps().insert(&app).await.unwrap_err());
        assert!(matches!(error, StoreError::Conflict(Constraint::Other)), "{error:?}");
    }
}
