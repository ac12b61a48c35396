use std::time::Duration;

use cardkey_domain::PageRequest;
use cardkey_licensing::model::{App, Maintenance};

use super::super::samples::{World, longest};

fn maintenance(world: &World) -> Maintenance {
    Maintenance { id: world.id(), message: None, starts_at: world.now(), ends_at: None, started_at: None }
}

contract! { Licensing;
    // APP-06
    async fn an_app_has_one_maintenance_at_most_and_is_read_with_it(store) {
        let world = World::new();
        let (app, other) = (world.app(), world.app());
        commit!(store, work => {
            work.apps().insert(&app).await.unwrap();
            work.apps().insert(&other).await.unwrap();
        });
        let (start, end) = (world.now(), world.later(Duration::from_secs(60)));
        let fullest = Maintenance {
            message: Some(longest()), starts_at: start, ends_at: Some(end), started_at: Some(start), ..maintenance(&world)
        };
        commit!(store, work => work.maintenances().insert(app.id, &fullest).await.unwrap());
        let expected = App { maintenance: Some(fullest.clone()), ..app.clone() };
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(expected.clone()));
        let listed = store.read().apps(None, PageRequest::first()).await.unwrap();
        assert_eq!(listed.items, [other.clone(), expected.clone()]);
        let second = maintenance(&world);
        let error = refused!(store, work => work.maintenances().insert(app.id, &second).await);
        assert!(matches!(error, cardkey_events::StoreError::Conflict(_)), "{error:?}");

        // A change of the app leaves it alone.
        let changed = App { maintenance: None, updated_at: world.later(Duration::from_secs(1)), ..app.clone() };
        assert!(commit!(store, work => work.apps().update(&changed, app.updated_at).await.unwrap()));
        assert_eq!(store.read().app(app.id).await.unwrap().unwrap().maintenance, Some(fullest.clone()));

        assert!(commit!(store, work => work.maintenances().remove(fullest.id).await.unwrap()));
        assert!(!commit!(store, work => work.maintenances().remove(fullest.id).await.unwrap()));
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(changed));
        commit!(store, work => work.maintenances().insert(app.id, &second).await.unwrap());
    }

    // APP-06
    async fn what_is_due_begins_once_and_is_found_until_it_is_taken_away(store) {
        let world = World::new();
        let now = world.now();
        let at = |seconds| now.plus(Duration::from_secs(seconds));
        let mut ids = Vec::new();
        for (starts, ends) in [(10, None), (20, Some(30)), (5, Some(100))] {
            let app = world.app();
            let row = Maintenance { starts_at: at(starts), ends_at: ends.map(at), ..maintenance(&world) };
            commit!(store, work => {
                work.apps().insert(&app).await.unwrap();
                work.maintenances().insert(app.id, &row).await.unwrap();
            });
            ids.push(row.id);
        }
        let due = async |seconds| {
            let due = store.read().maintenances_due(at(seconds), 10).await.unwrap();
            due.into_iter().map(|(_, row)| row.id).collect::<Vec<_>>()
        };
        assert_eq!(due(4).await, []);
        assert_eq!(due(5).await, [ids[2]]);
        assert_eq!(due(20).await, ids);
        assert_eq!(store.read().maintenances_due(at(20), 2).await.unwrap().len(), 2);
        for id in &ids {
            assert!(commit!(store, work => work.maintenances().start(*id, at(20)).await.unwrap()));
            assert!(!commit!(store, work => work.maintenances().start(*id, at(21)).await.unwrap()));
        }
        assert_eq!(due(20).await, []);
        assert_eq!(due(30).await, [ids[1]]);
        assert!(commit!(store, work => work.maintenances().remove(ids[1]).await.unwrap()));
        assert!(!commit!(store, work => work.maintenances().start(ids[1], at(30)).await.unwrap()));
        assert_eq!(due(30).await, []);
    }
}
