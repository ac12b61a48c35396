use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cardkey_audit::AuditStore as _;
use cardkey_domain::EventId;
use cardkey_events::{Actor, Event, Happening, OutboxQueue as _};
use cardkey_tests::on_each_database;

use super::super::samples::World;
use super::super::stores::open;

on_each_database! {
    // EVT-03
    async fn events_wait_in_order_until_they_are_delivered(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let events: Vec<Event> = (0..5).map(|_| event(&world)).collect();
        for event in &events {
            commit!(store, work => work.outbox().append(event).await.unwrap());
        }
        drop_after!(store, work => work.outbox().append(&event(&world)).await.unwrap());
        assert_eq!(store.undelivered(10).await.unwrap().events, events);
        assert_eq!(store.undelivered(2).await.unwrap().events, events[..2]);
        assert_eq!(store.undelivered(10).await.unwrap().events, events, "looked at is not delivered");

        let ids: Vec<EventId> = [&events[0], &events[2]].map(|event| event.id).to_vec();
        store.mark_delivered(&ids, &[], world.now()).await.unwrap();
        store.mark_delivered(&ids, &[], world.now()).await.unwrap();
        store.mark_delivered(&[], &[], world.now()).await.unwrap();
        assert_eq!(store.undelivered(10).await.unwrap().events, [events[1].clone(), events[3].clone(), events[4].clone()]);
    }

    // EVT-03
    async fn no_event_of_many_writers_is_passed_over(database: Database) {
        let store = Arc::new(open(database).await);
        let world = World::new();
        let writers = (0..200).map(|_| {
            let (store, event) = (store.clone(), event(&world));
            tokio::spawn(async move {
                commit!(store, work => work.outbox().append(&event).await.unwrap());
                event.id
            })
        });
        let writers: Vec<_> = writers.collect();
        // The relay takes and delivers while they write.
        let mut delivered = BTreeSet::new();
        let mut written = BTreeSet::new();
        for writer in writers {
            written.insert(writer.await.unwrap());
            let ids: Vec<EventId> = store.undelivered(16).await.unwrap().events.iter().map(|event| event.id).collect();
            store.mark_delivered(&ids, &[], world.now()).await.unwrap();
            for id in ids {
                assert!(delivered.insert(id), "delivered twice although it was marked");
            }
        }
        delivered.extend(store.undelivered(1_000).await.unwrap().events.iter().map(|event| event.id));
        assert_eq!(delivered, written);
    }

    // EVT-03
    async fn a_commit_wakes_the_relay(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let waiting = store.appended();
        tokio::pin!(waiting);
        // Drains what opening the database may have left.
        while tokio::time::timeout(Duration::from_millis(1), store.appended()).await.is_ok() {}
        commit!(store, work => work.outbox().append(&event(&world)).await.unwrap());
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("the relay sleeps on");
    }
}

pub(super) fn event(world: &World) -> Event {
    Event {
        id: world.id(),
        at: world.now(),
        actor: Actor::User { id: world.id(), name: "林😀".to_owned(), session_id: world.id() },
        request_id: "r".repeat(64),
        happening: Happening::CardKeyActivated {
            card_key_id: world.id(),
            licence_id: world.id(),
            app_id: world.id(),
            user_id: world.id(),
            device_id: world.id(),
            expires_at: Some(world.now()),
        },
    }
}
