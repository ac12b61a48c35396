use std::time::Duration;

use cardkey_announce::model::{Announcement, Audience, InboxFilter, Mark, Priority, State};
use cardkey_domain::{AnnouncementId, PageRequest, Timestamp};

use super::super::samples::World;
use super::super::stores::Announce;

const SECOND: Duration = Duration::from_secs(1);

async fn say(store: &Announce, world: &World, audience: &Audience, as_: Announcement) -> AnnouncementId {
    let draft = Announcement { audience: audience.kind(), ..as_ };
    commit!(store, work => work.announcements().insert(&draft, &audience.subjects()).await.unwrap());
    let now = world.later(SECOND);
    commit!(store, work => work.announcements().publish(draft.id, draft.updated_at, now).await.unwrap());
    draft.id
}

contract! { Announce;
    // ANN-01, ANN-07
    async fn pages_are_ordered_by_priority_or_by_time_and_hold_everything_once(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let mut said = Vec::new();
        for priority in [Priority::Low, Priority::High, Priority::Medium, Priority::High, Priority::Low] {
            let announcement = Announcement { priority, ..world.announcement(&Audience::All) };
            said.push((priority, say(&store, &world, &Audience::All, announcement).await));
        }
        let walk = async |filter: InboxFilter| {
            let (mut page, mut found) = (PageRequest::of(2), Vec::new());
            loop {
                let inbox = store.read().inbox(&lin, filter, &page, world.now()).await.unwrap();
                assert_eq!(inbox.total, 5);
                found.extend(inbox.items.into_iter().map(|item| item.announcement.id));
                let Some(next) = inbox.next else { break found };
                page = page.after(next);
            }
        };
        let newest: Vec<AnnouncementId> = said.iter().rev().map(|(_, id)| *id).collect();
        assert_eq!(walk(InboxFilter { newest_first: true, unread: false }).await, newest);
        let mut ranked: Vec<_> = said.iter().rev().copied().collect();
        ranked.sort_by_key(|(priority, _)| *priority);
        let ranked: Vec<AnnouncementId> = ranked.into_iter().map(|(_, id)| id).collect();
        assert_eq!(walk(InboxFilter::default()).await, ranked);
        let second = PageRequest::parse(Some(2), Some(3), None).unwrap();
        let inbox = store.read().inbox(&lin, InboxFilter::default(), &second, world.now()).await.unwrap();
        assert_eq!(inbox.items.iter().map(|item| item.announcement.id).collect::<Vec<_>>(), ranked[3..]);
        let stranger = PageRequest::parse(None, None, Some(&"ab".repeat(16))).unwrap();
        let inbox = store.read().inbox(&lin, InboxFilter::default(), &stranger, world.now()).await.unwrap();
        assert_eq!((inbox.items.len(), inbox.total, inbox.next), (0, 5, None));
    }

    // ANN-05, ANN-06
    async fn unread_is_what_is_not_read_or_not_confirmed_though_it_must_be(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let plain = say(&store, &world, &Audience::All, world.announcement(&Audience::All)).await;
        let forced = Announcement { must_confirm: true, ..world.announcement(&Audience::All) };
        let forced = say(&store, &world, &Audience::All, forced).await;
        let unread = async || {
            let filter = InboxFilter { unread: true, newest_first: true };
            let inbox = store.read().inbox(&lin, filter, &PageRequest::first(), world.now()).await.unwrap();
            assert_eq!(inbox.total, store.read().unread(&lin, world.now()).await.unwrap());
            inbox.items.into_iter().map(|item| item.announcement.id).collect::<Vec<_>>()
        };
        assert_eq!(unread().await, [forced, plain]);
        for (id, mark, left) in [
            (plain, Mark::Delivered, vec![forced, plain]),
            (plain, Mark::Read, vec![forced]),
            (forced, Mark::Read, vec![forced]),
            (forced, Mark::Confirmed, vec![]),
        ] {
            let now = world.now();
            commit!(store, work => work.marks().mark(id, &[lin.user_id], mark, now).await.unwrap());
            assert_eq!(unread().await, left);
        }
    }

    // ANN-03
    async fn drafts_and_what_is_over_or_taken_back_are_seen_by_nobody(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let draft = world.announcement(&Audience::All);
        commit!(store, work => work.announcements().insert(&draft, &[]).await.unwrap());
        let end = world.now().plus(SECOND * 60);
        let passing = Announcement { expires_at: Some(end), ..world.announcement(&Audience::All) };
        let passing = say(&store, &world, &Audience::All, passing).await;
        let seen = async |now: Timestamp| {
            let inbox = store.read().inbox(&lin, InboxFilter::default(), &PageRequest::first(), now).await.unwrap();
            inbox.items.into_iter().map(|item| item.announcement.id).collect::<Vec<_>>()
        };
        let before = end.minus(Duration::from_micros(1));
        assert_eq!(seen(before).await, [passing]);
        assert!(store.read().in_inbox(&lin, passing, before).await.unwrap().is_some());
        assert_eq!(seen(end).await, []);
        assert!(store.read().in_inbox(&lin, passing, end).await.unwrap().is_none());
        assert!(store.read().in_inbox(&lin, draft.id, before).await.unwrap().is_none());
        let now = world.now();
        commit!(store, work => work.announcements().withdraw(passing, State::Published, now).await.unwrap());
        assert_eq!((seen(before).await, store.read().unread(&lin, before).await.unwrap()), (vec![], 0));
    }
}
