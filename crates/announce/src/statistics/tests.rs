use cardkey_domain::PageRequest;
use futures::executor::block_on;

use crate::StatisticsError;
use crate::model::{Audience, Marked, State};
use crate::testing::{Desk, HOUR, a_draft, group, nowhere, operator};

// ANN-05
#[test]
fn it_is_counted_hour_by_hour() {
    block_on(async {
        let desk = Desk::new();
        let users: Vec<_> = (1..=3).map(|number| desk.someone(number, &[], &[group(1)])).collect();
        desk.someone(4, &[], &[]);
        let made = desk.published(Audience::Groups(vec![group(1)])).await;
        desk.service.read(&operator(), users[0], made.id).await.unwrap();
        desk.clock.advance(HOUR);
        desk.service.confirm(&operator(), users[0], made.id).await.unwrap();
        desk.service.confirm(&operator(), users[1], made.id).await.unwrap();
        let statistics = desk.service.statistics(made.id).await.unwrap();
        assert_eq!(statistics.reach.accounts, 3);
        assert_eq!(statistics.marked, Marked { delivered: 2, read: 2, confirmed: 2 });
        let hours: Vec<Marked> = statistics.hours.iter().map(|hour| hour.marked).collect();
        let marked = |delivered, read, confirmed| Marked { delivered, read, confirmed };
        assert_eq!(hours, [marked(1, 1, 0), marked(1, 1, 2)]);
        assert_eq!(statistics.hours[1].from, statistics.hours[0].from.plus(HOUR));
    });
}

// ANN-06
#[test]
fn who_has_not_confirmed_is_listed() {
    block_on(async {
        let desk = Desk::new();
        let users: Vec<_> = (1..=5).map(|number| desk.someone(number, &[], &[])).collect();
        let made = desk.published(Audience::All).await;
        desk.service.confirm(&operator(), users[2], made.id).await.unwrap();
        desk.service.read(&operator(), users[4], made.id).await.unwrap();
        let first = desk.service.unconfirmed(made.id, &PageRequest::of(3)).await.unwrap();
        let names: Vec<_> = first.items.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((names, first.total), (vec!["user5", "user4", "user2"], 4));
        assert!(first.items[0].read_at.is_some());
        let rest = desk.service.unconfirmed(made.id, &PageRequest::of(3).after(first.next.unwrap())).await.unwrap();
        assert_eq!((rest.items.len(), rest.next), (1, None));
    });
}

// ANN-05
#[test]
fn what_was_never_published_has_no_statistics() {
    block_on(async {
        let desk = Desk::new();
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        let none = desk.service.statistics(made.id).await;
        assert!(matches!(none, Err(StatisticsError::NotPublished(State::Draft))));
        assert!(matches!(desk.service.statistics(nowhere()).await, Err(StatisticsError::NotFound)));
    });
}
