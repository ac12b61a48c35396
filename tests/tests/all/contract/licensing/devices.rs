use std::time::Duration;

use cardkey_domain::{OFFLINE_AFTER, PageRequest};
use cardkey_events::Constraint;
use cardkey_licensing::model::{Device, Fingerprint};
use cardkey_licensing::{DeviceFilter, Sighting};

use super::super::samples::{World, longest};
use super::licences::card_key;

contract! { Licensing;
    // DEV-03
    async fn a_device_comes_back_by_id_and_by_fingerprint(store) {
        let world = World::new();
        let app = world.app();
        let legacy = Device { fingerprint: Fingerprint("0123456789abcdef".repeat(2)), ..world.device(&app, world.id()) };
        for device in [world.device(&app, world.id()), legacy, world.fullest_device(&app)] {
            commit!(store, work => work.devices().insert(&device).await.unwrap());
            let found = store.read().device_by_fingerprint(app.id, &device.fingerprint).await.unwrap();
            assert_eq!(found, Some(device.clone()));
            assert_eq!(store.read().device(device.id).await.unwrap(), Some(device.clone()));
            assert_eq!(store.read().device_by_fingerprint(world.id(), &device.fingerprint).await.unwrap(), None);
        }
    }

    // DEV-01
    async fn a_fingerprint_is_one_device_in_an_app(store) {
        let world = World::new();
        let app = world.app();
        let device = world.device(&app, world.id());
        commit!(store, work => work.devices().insert(&device).await.unwrap());
        let twin = Device { id: world.id(), ..device.clone() };
        let error = refused!(store, work => work.devices().insert(&twin).await);
        assert!(error.is_conflict(Constraint::DeviceFingerprint), "{error:?}");
        let elsewhere = Device { id: world.id(), app_id: world.id(), ..device };
        commit!(store, work => work.devices().insert(&elsewhere).await.unwrap());
    }

    async fn what_a_device_tells_of_itself_is_overwritten(store) {
        let world = World::new();
        let device = world.device(&world.app(), world.id());
        commit!(store, work => work.devices().insert(&device).await.unwrap());
        let fullest = world.fullest_device(&world.app());
        let told = Device {
            components: fullest.components,
            name: fullest.name,
            os: fullest.os,
            ip: fullest.ip,
            last_seen_at: world.later(Duration::from_secs(1)),
            ..device.clone()
        };
        commit!(store, work => work.devices().update(&told).await.unwrap());
        assert_eq!(store.read().device(device.id).await.unwrap(), Some(told));
    }

    // DEV-03
    async fn devices_are_listed_with_their_bound_seats(store) {
        let world = World::new();
        let (paint, draw) = (world.app(), world.app());
        let card_key = card_key(&world, &store).await;
        let owner = world.id();
        let licence = world.licence(&card_key, owner);
        let (mine, other) = (world.device(&paint, owner), world.device(&draw, world.id()));
        let seat = world.seat(&licence, &mine, 0);
        commit!(store, work => {
            work.licences().insert(&licence).await.unwrap();
            work.devices().insert(&mine).await.unwrap();
            work.devices().insert(&other).await.unwrap();
            work.licences().bind(&seat).await.unwrap();
        });
        let with_seat = (mine.clone(), vec![seat]);
        let without = (other.clone(), Vec::new());
        let any = DeviceFilter::default;
        let cases = [
            (any(), vec![without.clone(), with_seat.clone()]),
            (DeviceFilter { app: Some(paint.id), ..any() }, vec![with_seat.clone()]),
            (DeviceFilter { owner: Some(owner), ..any() }, vec![with_seat.clone()]),
            (DeviceFilter { licence: Some(licence.id), ..any() }, vec![with_seat.clone()]),
            (DeviceFilter { seen_from: Some(other.last_seen_at), ..any() }, vec![without]),
            (DeviceFilter { seen_before: Some(other.last_seen_at), ..any() }, vec![with_seat]),
            (DeviceFilter { app: Some(draw.id), owner: Some(owner), ..any() }, vec![]),
        ];
        for (filter, expected) in cases {
            let page = store.read().devices(&filter, PageRequest::first()).await.unwrap();
            assert_eq!((page.total, page.next), (expected.len() as u64, None), "{filter:?}");
            assert_eq!(page.items, expected, "{filter:?}");
        }
    }

    // DEV-04
    async fn sightings_are_written_down_in_one_go_and_never_backwards(store) {
        let world = World::new();
        let app = world.app();
        let devices: Vec<Device> = (0..50).map(|_| world.device(&app, world.id())).collect();
        commit!(store, work => {
            for device in &devices {
                work.devices().insert(device).await.unwrap();
            }
        });
        let at = world.later(Duration::from_secs(60));
        let ip = Some("198.51.100.7".parse().unwrap());
        let status = Some(longest());
        let mut sightings: Vec<Sighting> = devices.iter().map(|device| Sighting { device: device.id, at, ip, status: status.clone() }).collect();
        sightings.push(Sighting { device: world.id(), at, ip, status: None });
        store.read().note_sightings(&sightings).await.unwrap();
        store.read().note_sightings(&[]).await.unwrap();
        let earlier = Sighting { device: devices[0].id, at: devices[0].first_seen_at, ip: None, status: None };
        store.read().note_sightings(&[earlier]).await.unwrap();
        // What a later one does not tell stays.
        let at = world.later(Duration::from_secs(61));
        let silent = |device: &Device| Sighting { device: device.id, at, ip: None, status: None };
        store.read().note_sightings(&devices.iter().map(silent).collect::<Vec<_>>()).await.unwrap();
        for device in devices {
            let online_until = Some(at.plus(OFFLINE_AFTER));
            let seen = Device { last_seen_at: at, ip, status: status.clone(), online_until, ..device.clone() };
            assert_eq!(store.read().device(device.id).await.unwrap(), Some(seen));
        }
    }
    // DEV-04
    async fn a_device_is_found_offline_once_and_online_again_once(store) {
        let world = World::new();
        let app = world.app();
        let devices: Vec<Device> = (0..3).map(|_| world.device(&app, world.id())).collect();
        commit!(store, work => {
            for device in &devices {
                work.devices().insert(device).await.unwrap();
            }
        });
        let later = world.later(Duration::from_secs(60));
        let seen = Sighting { device: devices[1].id, at: later, ip: None, status: None };
        store.read().note_sightings(&[seen]).await.unwrap();
        let (first, last) = (devices[0].online_until.unwrap(), devices[2].online_until.unwrap());
        let just_after = last.plus(Duration::from_micros(1));
        let ids = |devices: Vec<Device>| devices.iter().map(|device| device.id).collect::<Vec<_>>();
        assert_eq!(store.read().devices_silent(first, 10).await.unwrap(), []);
        assert_eq!(ids(store.read().devices_silent(just_after, 10).await.unwrap()), [devices[0].id, devices[2].id]);
        assert_eq!(ids(store.read().devices_silent(just_after, 1).await.unwrap()), [devices[0].id]);

        commit!(store, work => work.devices().mark_offline(&devices[0]).await.unwrap());
        let offline = Device { online_until: None, ..devices[0].clone() };
        assert_eq!(store.read().device(devices[0].id).await.unwrap(), Some(offline.clone()));
        for known in [&devices[0], &devices[1]] {
            // Found already; seen since.
            let error = refused!(store, work => work.devices().mark_offline(known).await);
            assert!(error.is_conflict(Constraint::Stale), "{error:?}");
        }
        assert_eq!(ids(store.read().devices_silent(just_after, 10).await.unwrap()), [devices[2].id]);
        let all: Vec<_> = devices.iter().map(|device| device.id).collect();
        assert_eq!(store.read().devices_offline(&all).await.unwrap(), std::slice::from_ref(&offline));

        // Being seen alone does not bring it back: that is to be told.
        let seen = Sighting { device: offline.id, at: later, ip: None, status: None };
        store.read().note_sightings(&[seen]).await.unwrap();
        assert_eq!(ids(store.read().devices_offline(&all).await.unwrap()), [offline.id]);
        let until = later.plus(OFFLINE_AFTER);
        commit!(store, work => work.devices().mark_online(offline.id, until).await.unwrap());
        let error = refused!(store, work => work.devices().mark_online(offline.id, until).await);
        assert!(error.is_conflict(Constraint::Stale), "{error:?}");
        assert_eq!(store.read().devices_offline(&all).await.unwrap(), []);
        assert_eq!(store.read().device(offline.id).await.unwrap().unwrap().online_until, Some(until));
    }
}
