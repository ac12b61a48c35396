use std::sync::Arc;
use std::time::Duration;

use cardkey_events::Constraint;
use cardkey_licensing::model::{Licence, Seat};

use super::super::samples::World;
use super::licences::card_key;

contract! { Licensing;
    // CARD-07
    async fn a_seat_is_taken_once_and_a_device_sits_once(store) {
        let (world, licence) = a_licence(&store).await;
        let app = world.app();
        let (first, second) = (world.device(&app, world.id()), world.device(&app, world.id()));
        let seat = world.seat(&licence, &first, 0);
        commit!(store, work => work.licences().bind(&seat).await.unwrap());
        let same_number = world.seat(&licence, &second, 0);
        let error = refused!(store, work => work.licences().bind(&same_number).await);
        assert!(error.is_conflict(Constraint::SeatNumber), "{error:?}");
        let same_device = world.seat(&licence, &first, 1);
        let error = refused!(store, work => work.licences().bind(&same_device).await);
        assert!(error.is_conflict(Constraint::SeatDevice), "{error:?}");

        let other = Seat { bound_ip: None, public_key: None, ..world.seat(&licence, &second, 1) };
        commit!(store, work => work.licences().bind(&other).await.unwrap());
        let (_, mut seats) = store.read().licence(licence.id).await.unwrap().unwrap();
        seats.sort_by_key(|seat| seat.number);
        assert_eq!(seats, [seat, other]);
    }

    // CARD-07
    async fn of_many_devices_that_want_the_last_seat_one_gets_it(store) {
        let (world, licence) = a_licence(&store).await;
        let store = Arc::new(store);
        let app = world.app();
        let tries = (0..100).map(|_| {
            let seat = world.seat(&licence, &world.device(&app, world.id()), 0);
            let store = store.clone();
            tokio::spawn(async move {
                let mut work = store.begin().await.unwrap();
                match work.licences().bind(&seat).await {
                    Ok(()) => work.commit().await.map(|()| seat),
                    Err(error) => Err(error),
                }
            })
        });
        let mut bound = Vec::new();
        for attempt in tries.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(seat) => bound.push(seat),
                Err(error) => assert!(error.is_conflict(Constraint::SeatNumber), "{error:?}"),
            }
        }
        let (_, seats) = store.read().licence(licence.id).await.unwrap().unwrap();
        assert_eq!((seats.len(), seats), (1, bound));
    }

    // CARD-10
    async fn an_unbound_seat_is_free_at_once_and_stays_in_the_history(store) {
        let (world, licence) = a_licence(&store).await;
        let app = world.app();
        let devices = [world.device(&app, world.id()), world.device(&app, world.id())];
        let seats = [world.seat(&licence, &devices[0], 0), world.seat(&licence, &devices[1], 1)];
        commit!(store, work => {
            for seat in &seats {
                work.licences().bind(seat).await.unwrap();
            }
        });
        let now = world.later(Duration::from_secs(1));
        let unbind = async |device| commit!(store, work => work.licences().unbind(licence.id, device, now).await.unwrap());
        assert_eq!(unbind(Some(devices[0].id)).await, [devices[0].id]);
        assert_eq!(unbind(Some(devices[0].id)).await, []);
        assert_eq!(unbind(Some(world.id())).await, []);
        let (_, bound) = store.read().licence(licence.id).await.unwrap().unwrap();
        assert_eq!(bound, [seats[1].clone()]);

        let again = world.seat(&licence, &devices[0], 0);
        commit!(store, work => work.licences().bind(&again).await.unwrap());
        let history = store.read().seats_of_device(devices[0].id).await.unwrap();
        assert_eq!(history, [again, Seat { unbound_at: Some(now), ..seats[0].clone() }]);

        let mut freed = unbind(None).await;
        freed.sort();
        assert_eq!(freed, [devices[0].id, devices[1].id]);
        assert_eq!(unbind(None).await, []);
    }

    // DEV-05
    async fn what_its_owner_freed_is_counted(store) {
        let (world, licence) = a_licence(&store).await;
        let start = world.now();
        let times = [1, 2, 3].map(|seconds| world.later(Duration::from_secs(seconds)));
        let (id, owner) = (licence.id, licence.owner_id);
        for at in times {
            commit!(store, work => work.licences().note_own_unbind(id, world.id(), owner, at).await.unwrap());
        }
        drop_after!(store, work => work.licences().note_own_unbind(id, world.id(), owner, times[2]).await.unwrap());
        let counted = async |id, since| store.read().own_unbinds(id, since).await.unwrap();
        assert_eq!(counted(id, start).await, [times[2], times[1], times[0]]);
        assert_eq!(counted(id, times[1]).await, [times[2]]);
        assert_eq!(counted(world.id(), start).await, []);
    }
}

async fn a_licence(store: &super::super::stores::Licensing) -> (World, Licence) {
    let world = World::new();
    let card_key = card_key(&world, store).await;
    let licence = Licence { max_devices: 2, ..world.licence(&card_key, world.id()) };
    commit!(store, work => work.licences().insert(&licence).await.unwrap());
    (world, licence)
}
