use std::collections::BTreeSet;
use std::time::Duration;

use cardkey_announce::Reader;
use cardkey_announce::model::{Announcement, Audience, AudienceKind, Mark, Reach};
use cardkey_domain::{AppId, GroupId, Id, PageRequest, UserId};

use super::super::samples::World;
use super::super::stores::Announce;

async fn said(store: &Announce, world: &World, audience: Audience) -> Announcement {
    let draft = world.announcement(&audience);
    commit!(store, work => work.announcements().insert(&draft, &audience.subjects()).await.unwrap());
    let now = world.now();
    commit!(store, work => work.announcements().publish(draft.id, draft.updated_at, now).await.unwrap());
    store.read().announcement(draft.id).await.unwrap().unwrap()
}

contract! { Announce;
    // ANN-02, RBAC-03
    async fn every_audience_is_resolved_the_same_way_for_counts_lists_and_readers(store) {
        let world = World::new();
        let (apps, groups): ([AppId; 2], [GroupId; 2]) = ([world.id(), world.id()], [world.id(), world.id()]);
        let readers = [
            store.add_reader(&world, "none", &[], &[]).await,
            store.add_reader(&world, "one", &apps[..1], &groups[1..]).await,
            store.add_reader(&world, "both", &apps, &groups).await,
        ];
        let [none, one, both] = [readers[0].user_id, readers[1].user_id, readers[2].user_id];
        for (audience, expected) in [
            (Audience::All, vec![none, one, both]),
            (Audience::Apps(vec![apps[0]]), vec![one, both]),
            (Audience::Apps(apps.to_vec()), vec![one, both]),
            (Audience::Apps(vec![apps[1]]), vec![both]),
            (Audience::Groups(vec![groups[1]]), vec![one, both]),
            (Audience::Groups(groups.to_vec()), vec![one, both]),
            (Audience::Users(vec![none, both]), vec![none, both]),
        ] {
            let announcement = said(&store, &world, audience.clone()).await;
            assert_eq!(store.read().reach(&announcement).await.unwrap(), expected.len() as u64, "{audience:?}");
            let awaited = store.read().unconfirmed(&announcement, &PageRequest::first()).await.unwrap();
            let awaited: Vec<UserId> = awaited.items.into_iter().map(|row| row.user_id).collect();
            let newest_first: Vec<UserId> = expected.iter().rev().copied().collect();
            assert_eq!(awaited, newest_first, "{audience:?}");
            for reader in &readers {
                let seen = store.read().in_inbox(reader, announcement.id, world.now()).await.unwrap();
                assert_eq!(seen.is_some(), expected.contains(&reader.user_id), "{audience:?} {reader:?}");
            }
        }
    }

    // ANN-05
    async fn what_was_counted_is_kept(store) {
        let world = World::new();
        let announcement = said(&store, &world, Audience::All).await;
        for (accounts, seconds) in [(5, 1), (u64::from(u32::MAX), 2)] {
            let reach = Reach { accounts, counted_at: world.later(Duration::from_secs(seconds)) };
            store.read().keep_reach(announcement.id, reach).await.unwrap();
            let kept = store.read().announcement(announcement.id).await.unwrap().unwrap();
            assert_eq!(kept, Announcement { reach: Some(reach), ..announcement.clone() });
        }
    }

    // ANN-02
    async fn a_reader_is_read_with_what_they_belong_to(store) {
        let world = World::new();
        let (mut apps, mut groups): (Vec<AppId>, Vec<GroupId>) = (vec![world.id(), world.id()], vec![world.id()]);
        let reader = store.add_reader(&world, "lin", &apps, &groups).await;
        let mut read = store.read().reader(reader.user_id).await.unwrap();
        apps.sort();
        groups.sort();
        read.app_ids.sort();
        assert_eq!(read, Reader { user_id: reader.user_id, app_ids: apps, group_ids: groups });
        let nobody: UserId = world.id();
        let read = store.read().reader(nobody).await.unwrap();
        assert_eq!(read, Reader { user_id: nobody, app_ids: Vec::new(), group_ids: Vec::new() });
    }

    // ANN-02
    async fn those_who_do_not_exist_are_told(store) {
        let world = World::new();
        let (app, group): (AppId, GroupId) = (world.id(), world.id());
        let user = store.add_reader(&world, "lin", &[app], &[group]).await.user_id;
        let stranger = world.id::<UserId>().uuid();
        for (kind, known) in [
            (AudienceKind::App, app.uuid()), (AudienceKind::Group, group.uuid()), (AudienceKind::Users, user.uuid()),
        ] {
            assert_eq!(store.read().unknown(kind, &[known, stranger]).await.unwrap(), [stranger], "{kind:?}");
            assert!(store.read().unknown(kind, &[known]).await.unwrap().is_empty(), "{kind:?}");
            assert!(store.read().unknown(kind, &[]).await.unwrap().is_empty(), "{kind:?}");
        }
        let strangers: Vec<_> = (0..1_000).map(|_| world.id::<UserId>().uuid()).collect();
        let unknown = store.read().unknown(AudienceKind::Users, &strangers).await.unwrap();
        assert_eq!(unknown.into_iter().collect::<BTreeSet<_>>(), strangers.into_iter().collect());
    }

    // ANN-06
    async fn whoever_confirmed_is_awaited_no_more(store) {
        let world = World::new();
        let mut users = Vec::new();
        for number in 0..5 {
            users.push(store.add_reader(&world, &format!("user{number}"), &[], &[]).await.user_id);
        }
        let announcement = said(&store, &world, Audience::All).await;
        let now = world.now();
        commit!(store, work => work.marks().mark(announcement.id, &users[..1], Mark::Confirmed, now).await.unwrap());
        commit!(store, work => work.marks().mark(announcement.id, &users[1..2], Mark::Read, now).await.unwrap());
        let (mut page, mut awaited) = (PageRequest::of(3), Vec::new());
        loop {
            let found = store.read().unconfirmed(&announcement, &page).await.unwrap();
            awaited.extend(found.items.into_iter().map(|row| (row.user_id, row.delivered_at, row.read_at)));
            let Some(next) = found.next else { break };
            page = page.after(next);
        }
        let expected: Vec<_> = (1..5).rev().map(|n| if n == 1 { (users[n], Some(now), Some(now)) } else { (users[n], None, None) }).collect();
        assert_eq!(awaited, expected);
    }
}
