use std::time::Duration;

use cardkey_domain::Timestamp;
use cardkey_licensing::model::Licence;

use super::super::samples::World;
use super::licences::card_key_of;

contract! { Licensing;
    // CARD-12
    async fn reminders_are_found_when_they_are_due_and_move_on_once(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        let now = world.now();
        let at = |seconds| now.plus(Duration::from_secs(seconds));
        let mut ids = Vec::new();
        for remind in [Some(20), None, Some(10), Some(30)] {
            let key = card_key_of(&world, &store, &app).await;
            let licence = Licence { remind_at: remind.map(at), ..world.licence(&key, world.id()) };
            commit!(store, work => work.licences().insert(&licence).await.unwrap());
            assert_eq!(store.read().licence(licence.id).await.unwrap().unwrap().0, licence);
            ids.push(licence.id);
        }
        let due = async |seconds, limit| {
            let due = store.read().reminders_due(at(seconds), limit).await.unwrap();
            due.into_iter().map(|(licence, _)| licence.id).collect::<Vec<_>>()
        };
        assert_eq!(due(9, 10).await, []);
        assert_eq!(due(30, 10).await, [ids[2], ids[0], ids[3]]);
        assert_eq!(due(30, 1).await, [ids[2]]);
        let set = async |id, seen: Timestamp, next: Option<Timestamp>| {
            commit!(store, work => work.licences().set_reminder(id, seen, next).await.unwrap())
        };
        assert!(set(ids[2], at(10), Some(at(25))).await);
        assert!(!set(ids[2], at(10), None).await, "somebody else moved it on");
        assert!(set(ids[0], at(20), None).await);
        assert!(!set(ids[0], at(20), None).await);
        assert_eq!(due(30, 10).await, [ids[2], ids[3]]);
    }

    // CARD-12, CARD-10
    async fn a_reminder_stays_as_it_is_unless_the_end_changes(store) {
        let world = World::new();
        let app = world.app();
        commit!(store, work => work.apps().insert(&app).await.unwrap());
        let key = card_key_of(&world, &store, &app).await;
        let (end, first) = (world.now().plus(Duration::from_secs(900)), world.now().plus(Duration::from_secs(100)));
        let seen = Licence { expires_at: Some(end), remind_at: Some(first), ..world.licence(&key, world.id()) };
        commit!(store, work => work.licences().insert(&seen).await.unwrap());
        let moved = first.plus(Duration::from_secs(100));
        assert!(commit!(store, work => work.licences().set_reminder(seen.id, first, Some(moved)).await.unwrap()));
        // Somebody gives it away who saw it before the reminder: the reminder is not said again.
        let given = Licence { owner_id: world.id(), ..seen.clone() };
        assert!(commit!(store, work => work.licences().update(&given).await.unwrap()));
        let stored = async || store.read().licence(seen.id).await.unwrap().unwrap().0;
        assert_eq!((stored().await.remind_at, stored().await.owner_id), (Some(moved), given.owner_id));
        let later = moved.plus(Duration::from_secs(5_000));
        let extended = Licence { expires_at: Some(later), remind_at: Some(end), epoch: 2, ..given };
        assert!(commit!(store, work => work.licences().update(&extended).await.unwrap()));
        assert_eq!((stored().await.remind_at, stored().await.expires_at), (Some(end), Some(later)));
        let endless = Licence { expires_at: None, remind_at: None, epoch: 3, ..extended };
        assert!(commit!(store, work => work.licences().update(&endless).await.unwrap()));
        assert_eq!((stored().await.remind_at, stored().await.expires_at), (None, None));
    }
}
