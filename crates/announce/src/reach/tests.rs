use futures::executor::block_on;

use crate::model::Audience;
use crate::testing::{Desk, HOUR};

// ANN-05
#[test]
fn a_figure_that_is_not_fresh_is_shown_and_counted_again() {
    block_on(async {
        let desk = Desk::new();
        desk.someone(1, &[], &[]);
        let made = desk.published(Audience::All).await;
        let reach = async || desk.service.statistics(made.id).await.unwrap().reach;
        let first = reach().await;
        assert_eq!((first.accounts, first.counted_at), (1, desk.now()));
        desk.someone(2, &[], &[]);
        desk.service.count_reach().await.unwrap();
        assert_eq!(reach().await.accounts, 2, "it was published, so it is counted");
        desk.someone(3, &[], &[]);
        desk.service.count_reach().await.unwrap();
        assert_eq!(reach().await.accounts, 2, "nobody asked for it since");
        desk.clock.advance(HOUR);
        assert_eq!(reach().await.accounts, 2);
        desk.service.count_reach().await.unwrap();
        let again = reach().await;
        assert_eq!((again.accounts, again.counted_at), (3, desk.now()));
    });
}
