use std::time::Duration;

use cardkey_announce::model::{Announcement, AnnouncementFilter, Audience, InboxFilter, Mark, State};
use cardkey_domain::{EventId, PageRequest, UserId};

use super::super::samples::World;

contract! { Announce;
    // EVT-04
    async fn notices_are_in_one_inbox_and_nowhere_else_and_are_forgotten(store) {
        let world = World::new();
        let lin = store.add_reader(&world, "lin", &[], &[]).await;
        let now = world.now();
        let at = |seconds| now.plus(Duration::from_secs(seconds));
        let notices: Vec<(Announcement, UserId)> = (0..700).map(|number| {
            let user = if number < 3 { lin.user_id } else { world.id() };
            let row = Announcement {
                notice: true, state: State::Published, published_at: Some(now), expires_at: Some(at(number)),
                ..world.announcement(&Audience::Users(vec![user]))
            };
            (row, user)
        }).collect();
        commit!(store, work => work.announcements().insert_notices(&notices).await.unwrap());
        commit!(store, work => work.announcements().insert_notices(&[]).await.unwrap());
        let seen = store.read().inbox(&lin, InboxFilter::default(), &PageRequest::first(), at(0)).await.unwrap();
        assert_eq!(seen.items.iter().map(|item| item.announcement.clone()).collect::<Vec<_>>(), [notices[2].0.clone(), notices[1].0.clone()]);
        commit!(store, work => work.marks().mark(notices[2].0.id, &[lin.user_id], Mark::Read, now).await.unwrap());
        assert_eq!(store.read().unread(&lin, at(0)).await.unwrap(), 1);
        let listed = store.read().announcements(&AnnouncementFilter::default(), &PageRequest::first()).await.unwrap();
        assert_eq!((listed.items.len(), listed.total), (0, 0));
        assert_eq!(store.read().due_to_expire(at(10_000), 10).await.unwrap(), []);

        assert_eq!(store.read().forget_notices(at(3), 2).await.unwrap(), 2);
        assert_eq!(store.read().forget_notices(at(3), 2).await.unwrap(), 1);
        assert_eq!(store.read().forget_notices(at(3), 2).await.unwrap(), 0);
        assert_eq!(store.read().announcement(notices[2].0.id).await.unwrap(), None);
        assert_eq!(store.read().hours(notices[2].0.id).await.unwrap(), []);
        assert!(store.read().announcement(notices[3].0.id).await.unwrap().is_some());
    }

    // EVT-03
    async fn an_event_is_followed_once_by_each_handler(store) {
        let world = World::new();
        let events: Vec<EventId> = (0..3).map(|_| world.id()).collect();
        let now = world.now();
        let fresh = commit!(store, work => work.handled().note("one", &events[..2], now).await.unwrap());
        assert_eq!(fresh, events[..2]);
        drop_after!(store, work => work.handled().note("one", &events[2..], now).await.unwrap());
        let fresh = commit!(store, work => work.handled().note("one", &events, now).await.unwrap());
        assert_eq!(fresh, events[2..]);
        let fresh = commit!(store, work => work.handled().note("other", &events, now).await.unwrap());
        assert_eq!(fresh, events);
    }

    // EVT-04
    async fn apps_are_called_by_their_names(store) {
        let world = World::new();
        let app = world.id();
        store.add_reader(&world, "lin", &[app], &[]).await;
        let names = store.read().app_names(&[world.id(), app]).await.unwrap();
        assert_eq!(names, [(app, "Paint".to_owned())]);
        assert_eq!(store.read().app_names(&[]).await.unwrap(), []);
    }
}
