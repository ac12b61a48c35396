use std::time::Duration;

use cardkey_announce::model::Audience;
use cardkey_announce::{LiveAudience, LiveEntry, LiveRow, Reader, Seq};
use cardkey_domain::{AppId, GroupId, UserId};
use serde_json::json;

use super::super::samples::World;

fn entry(world: &World, audience: LiveAudience) -> LiveEntry {
    LiveEntry::event("x.y", &json!({ "text": "\u{1F600} '\"\n" }), audience, world.now())
}

fn places(rows: &[LiveRow]) -> Vec<u64> {
    rows.iter().map(|row| row.seq.0).collect()
}

contract! { Announce;
    // WS-02
    async fn places_have_no_holes_also_where_a_unit_is_undone(store) {
        let world = World::new();
        let entries: Vec<LiveEntry> = (0..150).map(|_| entry(&world, LiveAudience::All)).collect();
        assert_eq!(commit!(store, work => work.live_log().append(&entries[..1]).await.unwrap()), Seq(1));
        drop_after!(store, work => work.live_log().append(&entries).await.unwrap());
        assert_eq!(commit!(store, work => work.live_log().append(&entries).await.unwrap()), Seq(151));
        assert_eq!(commit!(store, work => work.live_log().append(&[]).await.unwrap()), Seq(151));
        let head = store.live().head().await.unwrap();
        assert_eq!(head.seq, Seq(151));
        assert_eq!(store.live().head().await.unwrap().epoch, head.epoch);
        let rows = store.live().since(Seq(1), 1_000).await.unwrap();
        assert_eq!(places(&rows), (2..=151).collect::<Vec<_>>());
        assert_eq!(rows[7].entry, entries[7]);
        assert_eq!(places(&store.live().since(Seq(100), 3).await.unwrap()), [101, 102, 103]);
    }

    // ANN-02, ANN-07
    async fn a_reader_gets_what_is_for_them_in_order_and_once(store) {
        let world = World::new();
        let (app, group): (AppId, GroupId) = (world.id(), world.id());
        let lin = store.add_reader(&world, "lin", &[app], &[group]).await;
        let named = world.announcement(&Audience::Users(vec![lin.user_id]));
        let both = Audience::Apps(vec![app, world.id()]);
        let for_apps = world.announcement(&both);
        commit!(store, work => {
            let users = Audience::Users(vec![lin.user_id, world.id()]).subjects();
            work.announcements().insert(&named, &users).await.unwrap();
            work.announcements().insert(&for_apps, &both.subjects()).await.unwrap();
        });
        let audiences = [
            LiveAudience::All,
            LiveAudience::App(app),
            LiveAudience::App(world.id()),
            LiveAudience::Group(group),
            LiveAudience::Group(world.id()),
            LiveAudience::User(lin.user_id),
            LiveAudience::User(world.id()),
            LiveAudience::Announcement(named.id),
            LiveAudience::Announcement(for_apps.id),
            LiveAudience::Announcement(world.id()),
        ];
        let entries: Vec<LiveEntry> = audiences.iter().map(|audience| entry(&world, *audience)).collect();
        commit!(store, work => work.live_log().append(&entries).await.unwrap());
        let now = world.now();
        let after = async |seq, limit| places(&store.live().after(Seq(seq), &lin, now, limit).await.unwrap());
        assert_eq!(after(0, 100).await, [1, 2, 4, 6, 8, 9]);
        assert_eq!(after(0, 3).await, [1, 2, 4]);
        assert_eq!(after(4, 100).await, [6, 8, 9]);
        let nobody = Reader { user_id: world.id::<UserId>(), app_ids: Vec::new(), group_ids: Vec::new() };
        assert_eq!(places(&store.live().after(Seq(0), &nobody, now, 100).await.unwrap()), [1]);
    }

    // ANN-03
    async fn what_ended_is_not_handed_out_to_those_who_come_later(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let entries = [entry(&world, LiveAudience::All), entry(&world, LiveAudience::All)];
        commit!(store, work => work.live_log().append(&entries).await.unwrap());
        let end = world.later(Duration::from_secs(1));
        commit!(store, work => work.live_log().end(Seq(1), end).await.unwrap());
        let before = end.minus(Duration::from_micros(1));
        assert_eq!(places(&store.live().after(Seq(0), &lin, before, 10).await.unwrap()), [1, 2]);
        assert_eq!(places(&store.live().after(Seq(0), &lin, end, 10).await.unwrap()), [2]);
        assert_eq!(places(&store.live().since(Seq(0), 10).await.unwrap()), [1, 2]);
    }
}
