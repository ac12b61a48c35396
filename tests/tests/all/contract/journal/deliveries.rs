use std::time::Duration;

use cardkey_domain::{EventId, PageRequest};
use cardkey_events::{
    Delivery, DeliveryState, Event, EventFilter, EventReader as _, EventStore as _, MOST_ATTEMPTS, OutboxQueue as _,
    UNREADABLE,
};
use cardkey_persistence::Database as Store;
use cardkey_tests::on_each_database;

use super::super::samples::World;
use super::super::stores::open;
use super::outbox::event;

async fn appended(store: &Store, world: &World, count: usize) -> Vec<Event> {
    let events: Vec<Event> = (0..count).map(|_| event(world)).collect();
    for event in &events {
        commit!(store, work => work.outbox().append(event).await.unwrap());
    }
    events
}

fn failed(world: &World, id: EventId, handler: &str, before: u32) -> Delivery {
    Delivery::failed(world.ambient(), id, handler, before, "no '; DROP TABLE outbox; -- 😀")
}

on_each_database! {
    // EVT-02, EVT-03
    async fn what_failed_is_kept_with_the_mark_and_comes_again_when_it_is_due(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let events = appended(&store, &world, 3).await;
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let first = failed(&world, ids[0], "mail", 0);
        let other = failed(&world, ids[0], "audit", 0);
        store.mark_delivered(&ids, &[first.clone(), other.clone()], world.now()).await.unwrap();
        assert!(store.undelivered(10).await.unwrap().events.is_empty());
        let soon = store.due(world.now(), 10).await.unwrap();
        assert!(soon.is_empty(), "not before its time: {soon:?}");
        let now = world.later(Duration::from_secs(1));
        let due = store.due(now, 10).await.unwrap();
        assert_eq!(due.len(), 2);
        assert!(due.iter().all(|retry| retry.event.as_ref() == Some(&events[0])));

        // One succeeds, the other fails again and again.
        let again = failed(&world, ids[0], "mail", 1);
        store.settle(&[other], std::slice::from_ref(&again)).await.unwrap();
        assert!(store.due(now, 10).await.unwrap().is_empty());
        let (_, deliveries) = store.event(ids[0]).await.unwrap().unwrap();
        assert_eq!(deliveries, [again]);
        let dead = failed(&world, ids[0], "mail", MOST_ATTEMPTS - 1);
        store.settle(&[], std::slice::from_ref(&dead)).await.unwrap();
        let never = store.due(world.later(Duration::from_secs(1_000_000)), 10).await.unwrap();
        assert!(never.is_empty(), "a dead letter is left alone");
        let list = store.dead(PageRequest::first()).await.unwrap();
        assert_eq!((list.total, list.items.len()), (1, 1));
        assert_eq!((list.items[0].0.id, &list.items[0].1), (ids[0], &vec![dead]));
    }

    // EVT-02
    async fn dead_letters_are_requeued_one_event_or_all(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let events = appended(&store, &world, 5).await;
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let dead: Vec<Delivery> = ids.iter().map(|id| failed(&world, *id, "mail", MOST_ATTEMPTS)).collect();
        let pending = failed(&world, ids[0], "audit", 2);
        store.mark_delivered(&ids, &[dead, vec![pending.clone()]].concat(), world.now()).await.unwrap();
        drop_after!(store, work => assert_eq!(work.requeue(None, world.now()).await.unwrap(), 5));
        assert_eq!(commit!(store, work => work.requeue(Some(ids[1]), world.now()).await.unwrap()), 1);
        assert_eq!(commit!(store, work => work.requeue(Some(ids[1]), world.now()).await.unwrap()), 0);
        assert_eq!(commit!(store, work => work.requeue(Some(world.id()), world.now()).await.unwrap()), 0);
        let due = store.due(world.now(), 10).await.unwrap();
        assert_eq!(due.len(), 1);
        assert_eq!((due[0].delivery.event_id, due[0].delivery.attempts), (ids[1], 0));
        assert_eq!(due[0].delivery.state, DeliveryState::Pending);

        // Pages by two, newest first.
        let first = store.dead(PageRequest::of(2)).await.unwrap();
        assert_eq!(first.items.iter().map(|(event, _)| event.id).collect::<Vec<_>>(), [ids[4], ids[3]]);
        let rest = store.dead(PageRequest::of(2).after(first.next.unwrap())).await.unwrap();
        assert_eq!(rest.items.iter().map(|(event, _)| event.id).collect::<Vec<_>>(), [ids[2], ids[0]]);
        assert_eq!((rest.next.is_none(), rest.total), (true, 4));
        assert_eq!(commit!(store, work => work.requeue(None, world.now()).await.unwrap()), 4);
        assert_eq!(store.dead(PageRequest::first()).await.unwrap().total, 0);
        let (_, deliveries) = store.event(ids[0]).await.unwrap().unwrap();
        assert!(deliveries.contains(&pending), "what waits for its time is left as it is");
    }

    // EVT-03
    async fn a_handler_notes_an_event_once_and_with_its_work(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let ids: Vec<EventId> = (0..3).map(|_| world.id()).collect();
        let now = world.now();
        drop_after!(store, work => assert_eq!(work.handled().note("mail", &ids, now).await.unwrap(), ids));
        let twice = [ids[0], ids[1], ids[0]];
        let noted = commit!(store, work => work.handled().note("mail", &twice, now).await.unwrap());
        assert_eq!(noted, ids[..2]);
        let noted = commit!(store, work => work.handled().note("mail", &ids, now).await.unwrap());
        assert_eq!(noted, ids[2..]);
        let noted = commit!(store, work => work.handled().note("audit", &ids, now).await.unwrap());
        assert_eq!(noted, ids, "handlers do not know of one another");
        assert!(commit!(store, work => work.handled().note("mail", &[], now).await.unwrap()).is_empty());
        assert_eq!(store.forget_handled(now).await.unwrap(), 0);
        assert_eq!(store.forget_handled(world.later(Duration::from_secs(1))).await.unwrap(), 6);
    }

    // EVT-01, EVT-02
    async fn events_are_listed_newest_first_and_forgotten_when_they_are_old(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let start = world.now();
        let events = appended(&store, &world, 4).await;
        let list = async |filter: EventFilter| store.events(&filter, PageRequest::first()).await.unwrap();
        let all = list(EventFilter::default()).await;
        assert_eq!(all.total, 4);
        assert_eq!(all.items[0].id, events[3].id);
        assert_eq!((all.items[0].name.as_str(), all.items[0].schema_version), ("card_key.activated", 1));
        assert_eq!(all.items[0].data, events[3].happening.to_parts().1);
        let name = |name: &str| EventFilter { name: Some(name.to_owned()), ..EventFilter::default() };
        assert_eq!(list(name("card_key.activated")).await.total, 4);
        assert_eq!(list(name("user.login' OR 1=1")).await.total, 0);
        let early = EventFilter { from: Some(start), to: Some(events[1].at), ..EventFilter::default() };
        assert_eq!(list(early).await.items.iter().map(|event| event.id).collect::<Vec<_>>(), [events[0].id]);

        // Delivered, dead, and still waiting.
        let ids = [events[0].id, events[1].id];
        store.mark_delivered(&ids, &[failed(&world, ids[1], UNREADABLE, 9)], world.now()).await.unwrap();
        let later = world.later(Duration::from_secs(60));
        assert_eq!(store.forget_events(start).await.unwrap(), 0);
        assert_eq!(store.forget_events(later).await.unwrap(), 1);
        assert_eq!(list(EventFilter::default()).await.total, 3);
        assert!(store.event(events[0].id).await.unwrap().is_none());
        assert_eq!(store.undelivered(10).await.unwrap().events, events[2..]);
    }

    // EVT-02, OPS-02
    async fn a_scheduled_job_is_taken_by_one(database: Database) {
        let store = open(database).await;
        let world = World::new();
        let (due, next) = (world.now(), world.later(Duration::from_secs(60)));
        assert_eq!(store.scheduled("clean", due).await.unwrap(), due);
        assert_eq!(store.scheduled("clean", next).await.unwrap(), due, "it was planned before");
        let take = || store.reschedule("clean", due, next, Some(due));
        let (first, second) = tokio::join!(take(), take());
        assert!(first.unwrap() != second.unwrap(), "one of two");
        assert_eq!(store.scheduled("clean", due).await.unwrap(), next);
        assert!(!store.reschedule("other", due, next, None).await.unwrap());
    }
}
