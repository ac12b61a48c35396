use futures::executor::block_on;

use crate::model::{Audience, Mark, Marked};
use crate::testing::{Desk, operator};

// ANN-05
#[test]
fn what_is_gathered_is_counted_once_each_however_often_it_is_told() {
    block_on(async {
        let desk = Desk::new();
        let users: Vec<_> = (1..=2_500).map(|number| desk.someone(number, &[], &[])).collect();
        let made = desk.published(Audience::All).await;
        for user in &users {
            desk.service.note(made.id, *user, Mark::Read);
            desk.service.note(made.id, *user, Mark::Delivered);
        }
        desk.service.confirm(&operator(), users[0], made.id).await.unwrap();
        desk.service.flush_notes().await.unwrap();
        users.iter().for_each(|user| desk.service.note(made.id, *user, Mark::Delivered));
        desk.service.flush_notes().await.unwrap();
        let marked = desk.service.statistics(made.id).await.unwrap().marked;
        assert_eq!(marked, Marked { delivered: 2_500, read: 2_500, confirmed: 1 });
    });
}
