use std::time::Duration;

use cardkey_announce::model::{Audience, HourCount, Mark, Marked};
use cardkey_domain::{Timestamp, UserId};

use super::super::samples::World;

contract! { Announce;
    // ANN-05
    async fn what_is_marked_stays_as_it_was_first_marked_and_is_counted_once(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let announcement = world.announcement(&Audience::All);
        commit!(store, work => work.announcements().insert(&announcement, &[]).await.unwrap());
        let now = world.later(Duration::from_secs(1));
        commit!(store, work => work.announcements().publish(announcement.id, announcement.updated_at, now).await.unwrap());
        let mark = async |mark, now| commit!(store, work => work.marks().mark(announcement.id, &[lin.user_id], mark, now).await.unwrap());
        let marked = |delivered, read, confirmed| Marked { delivered, read, confirmed };
        let times: Vec<Timestamp> = (0..5).map(|_| world.later(Duration::from_secs(1))).collect();
        assert_eq!(mark(Mark::Read, times[0]).await, marked(1, 1, 0));
        assert_eq!(mark(Mark::Delivered, times[1]).await, marked(0, 0, 0));
        assert_eq!(mark(Mark::Confirmed, times[2]).await, marked(0, 0, 1));
        assert_eq!(mark(Mark::Read, times[3]).await, marked(0, 0, 0));
        assert_eq!(mark(Mark::Confirmed, times[4]).await, marked(0, 0, 0));
        let seen = store.read().in_inbox(&lin, announcement.id, times[4]).await.unwrap().unwrap();
        let first = (Some(times[0]), Some(times[0]), Some(times[2]));
        assert_eq!((seen.delivered_at, seen.read_at, seen.confirmed_at), first);
    }

    // ANN-05
    async fn thousands_are_marked_together_and_summed_by_the_hour(store) {
        let world = World::new();
        let (announcement, other) = (world.announcement(&Audience::All), world.announcement(&Audience::All));
        let users: Vec<UserId> = (0..5_500).map(|_| world.id()).collect();
        let start = Timestamp::parse("2027-02-01T10:00:00Z").unwrap();
        let at = |minutes: u64| start.plus(Duration::from_secs(60 * minutes));
        let all = commit!(store, work => work.marks().mark(announcement.id, &users, Mark::Delivered, at(5)).await.unwrap());
        assert_eq!(all, Marked { delivered: 5_500, ..Marked::default() });
        for (minutes, users) in [(30, &users[..10]), (59, &users[5..20]), (60, &users[15..30])] {
            commit!(store, work => work.marks().mark(announcement.id, users, Mark::Read, at(minutes)).await.unwrap());
        }
        commit!(store, work => work.marks().mark(other.id, &users[..1], Mark::Confirmed, at(5)).await.unwrap());
        let hours = [
            HourCount { from: at(0), marked: Marked { delivered: 5_500, read: 20, confirmed: 0 } },
            HourCount { from: at(60), marked: Marked { delivered: 0, read: 10, confirmed: 0 } },
        ];
        for _ in 0..2 {
            assert_eq!(store.read().hours(announcement.id).await.unwrap(), hours);
            store.read().fold_counts().await.unwrap();
        }
        assert_eq!(store.read().hours(other.id).await.unwrap()[0].marked, Marked { delivered: 1, read: 1, confirmed: 1 });
    }

    // ANN-05
    async fn a_mark_that_is_undone_counts_for_nothing(store) {
        let world = World::new();
        let announcement = world.announcement(&Audience::All);
        let (user, now) = (world.id::<UserId>(), world.now());
        drop_after!(store, work => work.marks().mark(announcement.id, &[user], Mark::Read, now).await.unwrap());
        assert_eq!(store.read().hours(announcement.id).await.unwrap(), []);
    }
}
