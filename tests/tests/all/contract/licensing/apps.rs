use std::time::Duration;

use cardkey_domain::PageRequest;
use cardkey_licensing::model::{App, AppStatus};

use super::super::samples::{World, text};

contract! { Licensing;
    // APP-01
    async fn an_app_comes_back_as_it_was_written(store) {
        let world = World::new();
        for app in [world.app(), world.fullest_app()] {
            commit!(store, work => work.apps().insert(&app).await.unwrap());
            assert_eq!(store.read().app(app.id).await.unwrap(), Some(app));
        }
        assert_eq!(store.read().app(world.id()).await.unwrap(), None);
    }

    async fn an_app_is_changed_only_as_it_was_seen(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        let changed = App {
            id: app.id,
            created_at: app.created_at,
            updated_at: world.later(Duration::from_secs(1)),
            ..world.fullest_app()
        };
        assert!(commit!(store, work => work.apps().update(&changed, app.updated_at).await.unwrap()));
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(changed.clone()));

        let stale = App { status: AppStatus::Active, ..app.clone() };
        assert!(!commit!(store, work => work.apps().update(&stale, app.updated_at).await.unwrap()));
        assert_eq!(store.read().app(app.id).await.unwrap(), Some(changed));
        assert!(!commit!(store, work => work.apps().update(&world.app(), app.updated_at).await.unwrap()));
    }

    async fn a_change_that_changes_nothing_wins_too(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        assert!(commit!(store, work => work.apps().update(&app, app.updated_at).await.unwrap()));
    }

    async fn apps_are_listed_newest_first_in_pages(store) {
        let world = World::new();
        let apps: Vec<App> = (0..7).map(|_| world.app()).collect();
        for app in apps.iter().rev() {
            commit!(store, work => work.apps().insert(app).await.unwrap());
        }
        let newest_first: Vec<App> = apps.into_iter().rev().collect();

        let mut request = PageRequest::of(3);
        let mut walked = Vec::new();
        loop {
            let page = store.read().apps(None, request).await.unwrap();
            assert_eq!(page.total, 7);
            walked.extend(page.items);
            let Some(next) = page.next else { break };
            request = request.after(next);
        }
        assert_eq!(walked, newest_first);

        let second = PageRequest::parse(Some(2), Some(3), None).unwrap();
        let page = store.read().apps(None, second).await.unwrap();
        assert_eq!((page.items.as_slice(), page.total), (&newest_first[3..6], 7));
        let beyond = PageRequest::parse(Some(100_000), Some(100), None).unwrap();
        let page = store.read().apps(None, beyond).await.unwrap();
        assert_eq!((page.items.len(), page.total, page.next), (0, 7, None));
    }

    // SEC-05
    async fn what_is_searched_for_is_taken_literally(store) {
        let world = World::new();
        let names = ["100% pure", "under_score", r"back\slash", "quo'te", "Ünïcode 画图", "plain"];
        for name in names {
            let app = App { name: text(name), ..world.app() };
            commit!(store, work => work.apps().insert(&app).await.unwrap());
        }
        let found = async |q: &str| {
            let page = store.read().apps(Some(q), PageRequest::first()).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64);
            page.items.into_iter().map(|app| app.name.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(found("%").await, ["100% pure"]);
        assert_eq!(found("_").await, ["under_score"]);
        assert_eq!(found(r"\").await, [r"back\slash"]);
        assert_eq!(found("'").await, ["quo'te"]);
        assert_eq!(found("画图").await, ["Ünïcode 画图"]);
        assert_eq!(found("PLAIN").await, ["plain"]);
        assert_eq!(found("' OR '1'='1").await, [""; 0]);
    }
}
