use std::time::Duration;

use cardkey_announce::Seq;
use cardkey_announce::model::{
    Announcement, AnnouncementFilter, AnnouncementKind, Audience, AudienceKind, Priority, State,
};
use cardkey_domain::{AppId, Id, PageRequest};
use cardkey_events::Constraint;

use super::super::samples::{World, text};

const SECOND: Duration = Duration::from_secs(1);

contract! { Announce;
    // ANN-01
    async fn an_announcement_comes_back_as_it_was_written(store) {
        let world = World::new();
        let apps = Audience::Apps(vec![world.id(), world.id()]);
        for (announcement, audience) in [
            (world.announcement(&Audience::All), &Audience::All),
            (world.fullest_announcement(&apps), &apps),
        ] {
            let subjects = audience.subjects();
            commit!(store, work => work.announcements().insert(&announcement, &subjects).await.unwrap());
            assert_eq!(store.read().announcement(announcement.id).await.unwrap(), Some(announcement.clone()));
            assert_eq!(store.read().subjects(announcement.id, None, 10).await.unwrap(), subjects);
            if let Some(source) = announcement.source {
                assert_eq!(store.read().announcement_of(source).await.unwrap(), Some(announcement));
            }
        }
        assert_eq!(store.read().announcement(world.id()).await.unwrap(), None);
        assert_eq!(store.read().announcement_of(world.id::<AppId>().uuid()).await.unwrap(), None);
    }

    // EVT-03
    async fn a_source_makes_one_announcement(store) {
        let world = World::new();
        let first = world.fullest_announcement(&Audience::All);
        commit!(store, work => work.announcements().insert(&first, &[]).await.unwrap());
        let second = Announcement { source: first.source, ..world.announcement(&Audience::All) };
        let error = refused!(store, work => work.announcements().insert(&second, &[]).await);
        assert!(error.is_conflict(Constraint::AnnouncementSource), "{error:?}");
    }

    // ANN-03
    async fn only_what_is_not_published_is_changed_and_only_as_it_was_seen(store) {
        let world = World::new();
        let audience = Audience::Apps(vec![world.id()]);
        let draft = world.announcement(&audience);
        commit!(store, work => work.announcements().insert(&draft, &audience.subjects()).await.unwrap());
        let changed = Announcement {
            title: text("Better"),
            audience: AudienceKind::Users,
            updated_at: world.later(SECOND),
            ..draft.clone()
        };
        let subjects = [world.id::<AppId>().uuid()];
        assert!(commit!(store, work => work.announcements().update(&changed, &subjects, draft.updated_at).await.unwrap()));
        assert!(!commit!(store, work => work.announcements().update(&draft, &[], draft.updated_at).await.unwrap()));
        assert_eq!(store.read().announcement(draft.id).await.unwrap(), Some(changed.clone()));
        assert_eq!(store.read().subjects(draft.id, None, 10).await.unwrap(), subjects);

        let now = world.later(SECOND);
        assert!(!commit!(store, work => work.announcements().publish(draft.id, draft.updated_at, now).await.unwrap()));
        assert!(commit!(store, work => work.announcements().publish(draft.id, changed.updated_at, now).await.unwrap()));
        commit!(store, work => work.announcements().set_seq(draft.id, Seq(7)).await.unwrap());
        assert!(!commit!(store, work => work.announcements().publish(draft.id, now, now).await.unwrap()));
        assert!(!commit!(store, work => work.announcements().update(&changed, &[], now).await.unwrap()));
        let published = Announcement {
            state: State::Published, published_at: Some(now), updated_at: now, seq: Some(Seq(7)), ..changed
        };
        assert_eq!(store.read().announcement(draft.id).await.unwrap(), Some(published.clone()));

        assert!(!commit!(store, work => work.announcements().withdraw(draft.id, State::Draft, now).await.unwrap()));
        let later = world.later(SECOND);
        assert!(commit!(store, work => work.announcements().withdraw(draft.id, State::Published, later).await.unwrap()));
        let withdrawn = Announcement { state: State::Withdrawn, updated_at: later, ..published };
        assert_eq!(store.read().announcement(draft.id).await.unwrap(), Some(withdrawn));
    }

    // ANN-03
    async fn what_is_due_is_found_the_earliest_first_and_expires_once(store) {
        let world = World::new();
        let now = world.now();
        let at = |seconds: u32| Some(now.plus(SECOND * seconds));
        let mut ids = Vec::new();
        for seconds in [3, 1, 2, 9] {
            let row = Announcement { state: State::Scheduled, publish_at: at(seconds), expires_at: at(seconds), ..world.announcement(&Audience::All) };
            commit!(store, work => work.announcements().insert(&row, &[]).await.unwrap());
            ids.push(row.id);
        }
        let due = async |limit| {
            let due = store.read().due_to_publish(now.plus(SECOND * 3), limit).await.unwrap();
            due.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(due(10).await, [ids[1], ids[2], ids[0]]);
        assert_eq!(due(2).await, [ids[1], ids[2]]);
        assert_eq!(store.read().due_to_expire(now.plus(SECOND * 9), 10).await.unwrap(), [], "they are not published");
        let row = store.read().announcement(ids[3]).await.unwrap().unwrap();
        assert!(commit!(store, work => work.announcements().publish(ids[3], row.updated_at, now).await.unwrap()));
        let over = store.read().due_to_expire(now.plus(SECOND * 9), 10).await.unwrap();
        assert_eq!(over.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[3]]);
        assert!(!commit!(store, work => work.announcements().expire(ids[3], now.plus(SECOND * 8)).await.unwrap()));
        assert!(commit!(store, work => work.announcements().expire(ids[3], now.plus(SECOND * 9)).await.unwrap()));
        assert!(!commit!(store, work => work.announcements().expire(ids[3], now.plus(SECOND * 9)).await.unwrap()));
    }

    // ANN-01, SEC-05
    async fn lists_are_filtered_and_newest_first(store) {
        let world = World::new();
        let audience = Audience::All;
        let rows = [
            Announcement { title: text("100% sale"), priority: Priority::High, ..world.announcement(&audience) },
            Announcement { title: text("维护 tonight"), kind: AnnouncementKind::Maintenance, ..world.announcement(&audience) },
            Announcement { title: text("100 days"), state: State::Scheduled, ..world.announcement(&audience) },
        ];
        for row in &rows {
            commit!(store, work => work.announcements().insert(row, &[]).await.unwrap());
        }
        let found = async |filter: AnnouncementFilter| {
            let page = store.read().announcements(&filter, &PageRequest::of(2)).await.unwrap();
            (page.items.into_iter().map(|row| row.title.to_string()).collect::<Vec<_>>(), page.total, page.next.is_some())
        };
        let none = AnnouncementFilter::default;
        let titles = |titles: &[&str]| titles.iter().map(|&title| title.to_owned()).collect::<Vec<_>>();
        assert_eq!(found(none()).await, (titles(&["100 days", "维护 tonight"]), 3, true));
        let high = AnnouncementFilter { priority: Some(Priority::High), ..none() };
        assert_eq!(found(high).await, (titles(&["100% sale"]), 1, false));
        let maintenance = AnnouncementFilter { kind: Some(AnnouncementKind::Maintenance), ..none() };
        assert_eq!(found(maintenance).await, (titles(&["维护 tonight"]), 1, false));
        let scheduled = AnnouncementFilter { state: Some(State::Scheduled), ..none() };
        assert_eq!(found(scheduled).await, (titles(&["100 days"]), 1, false));
        let begins = |q: &str| AnnouncementFilter { q: Some(q.to_owned()), ..none() };
        assert_eq!(found(begins("100")).await, (titles(&["100 days", "100% sale"]), 2, false));
        assert_eq!(found(begins("100% S")).await, (titles(&["100% sale"]), 1, false));
        assert_eq!(found(begins("维")).await, (titles(&["维护 tonight"]), 1, false));
        assert_eq!(found(begins("' OR 1=1 --")).await, (titles(&[]), 0, false));
    }
}
