use std::time::Duration;

use cardkey_domain::{BlacklistSubject, PageRequest, Timestamp};
use cardkey_licensing::model::BlacklistEntry;

use super::super::samples::{World, longest, text};

contract! { Licensing;
    // DEV-06
    async fn an_entry_holds_until_its_end_or_until_it_is_lifted(store) {
        let world = World::new();
        let for_good = entry(&world, BlacklistSubject::Account(world.id()), None);
        let end = world.now().plus(Duration::from_secs(60));
        let for_a_minute = BlacklistEntry {
            reason: longest(),
            created_by: Some(world.id()),
            ..entry(&world, BlacklistSubject::Component("f".repeat(64)), Some(end))
        };
        commit!(store, work => {
            work.blacklist().insert(&for_good).await.unwrap();
            work.blacklist().insert(&for_a_minute).await.unwrap();
        });
        for entry in [&for_good, &for_a_minute] {
            assert_eq!(store.read().blacklist_entry(entry.id).await.unwrap().as_ref(), Some(entry));
        }
        let subjects = [for_good.subject.clone(), for_a_minute.subject.clone(), BlacklistSubject::Device(world.id())];
        let holding = async |at: Timestamp| {
            let mut entries = store.read().blacklisted(&subjects, at).await.unwrap();
            entries.sort_by_key(|entry| entry.id);
            entries.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
        };
        assert_eq!(holding(world.now()).await, [for_good.id, for_a_minute.id]);
        assert_eq!(holding(end).await, [for_good.id], "an end is not within");
        assert_eq!(store.read().blacklisted(&[], world.now()).await.unwrap(), []);
        assert_eq!(store.read().blacklisted(&subjects[2..], world.now()).await.unwrap(), []);

        let now = world.now();
        assert!(commit!(store, work => work.blacklist().lift(for_good.id, now).await.unwrap()));
        assert!(!commit!(store, work => work.blacklist().lift(for_good.id, now).await.unwrap()));
        assert!(!commit!(store, work => work.blacklist().lift(world.id(), now).await.unwrap()));
        assert_eq!(holding(now).await, [for_a_minute.id]);
        let lifted = BlacklistEntry { lifted_at: Some(now), ..for_good };
        assert_eq!(store.read().blacklist_entry(lifted.id).await.unwrap(), Some(lifted));
    }

    // DEV-06
    async fn an_address_is_found_within_its_networks(store) {
        let world = World::new();
        for network in ["203.0.113.0/24", "2001:db8::/32"] {
            let subject = BlacklistSubject::parse("network", network).unwrap();
            commit!(store, work => work.blacklist().insert(&entry(&world, subject, None)).await.unwrap());
        }
        for (address, shut_out) in
            [("203.0.113.255", true), ("203.0.114.1", false), ("2001:db8:5::1", true), ("2001:db9::1", false)]
        {
            let networks = BlacklistSubject::networks_of(address.parse().unwrap());
            let entries = store.read().blacklisted(&networks, world.now()).await.unwrap();
            assert_eq!(!entries.is_empty(), shut_out, "{address}");
        }
    }

    async fn the_blacklist_is_listed_by_kind_and_force(store) {
        let world = World::new();
        let end = world.now().plus(Duration::from_secs(60));
        let account = entry(&world, BlacklistSubject::Account(world.id()), Some(end));
        let device = entry(&world, BlacklistSubject::Device(world.id()), None);
        let lifted = entry(&world, BlacklistSubject::Device(world.id()), None);
        commit!(store, work => {
            for entry in [&account, &device, &lifted] {
                work.blacklist().insert(entry).await.unwrap();
            }
            assert!(work.blacklist().lift(lifted.id, world.now()).await.unwrap());
        });
        let listed = async |in_force, kind| {
            let page = store.read().blacklist(in_force, kind, PageRequest::first()).await.unwrap();
            assert_eq!(page.total, page.items.len() as u64);
            page.items.into_iter().map(|entry| entry.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(None, None).await, [lifted.id, device.id, account.id]);
        assert_eq!(listed(Some(world.now()), None).await, [device.id, account.id]);
        assert_eq!(listed(Some(end), None).await, [device.id]);
        assert_eq!(listed(None, Some("device")).await, [lifted.id, device.id]);
        assert_eq!(listed(Some(world.now()), Some("device")).await, [device.id]);
        assert_eq!(listed(None, Some("network")).await, []);
    }
}

fn entry(world: &World, subject: BlacklistSubject, until: Option<Timestamp>) -> BlacklistEntry {
    let id = world.id();
    BlacklistEntry {
        id,
        subject,
        reason: text("chargeback"),
        until,
        created_by: None,
        created_at: world.now(),
        lifted_at: None,
    }
}
