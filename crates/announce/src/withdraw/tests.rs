use futures::executor::block_on;

use crate::model::{Audience, State};
use crate::testing::{Desk, a_draft, nowhere, operator};
use crate::{LiveKind, WithdrawError};

// ANN-03
#[test]
fn what_is_taken_back_is_gone_and_connected_clients_are_told() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.published(Audience::Users(vec![user])).await;
        let withdrawn = desk.service.withdraw(&operator(), made.id).await.unwrap();
        assert_eq!(withdrawn.state, State::Withdrawn);
        assert_eq!(desk.titles(user).await, Vec::<String>::new());
        let live = desk.live(user).await;
        assert_eq!(live.iter().map(|row| row.entry.kind).collect::<Vec<_>>(), [LiveKind::Event]);
        assert!(live[0].frame().contains("announcement.withdrawn"));
        assert_eq!(desk.happened(), ["announcement.published", "announcement.withdrawn"]);
        let again = desk.service.withdraw(&operator(), made.id).await;
        assert!(matches!(again, Err(WithdrawError::State(State::Withdrawn))));
    });
}

// ANN-03
#[test]
fn a_draft_is_taken_back_without_a_sound() {
    block_on(async {
        let desk = Desk::new();
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        desk.service.withdraw(&operator(), made.id).await.unwrap();
        assert_eq!(desk.happened(), Vec::<String>::new());
        assert!(matches!(desk.service.withdraw(&operator(), nowhere()).await, Err(WithdrawError::NotFound)));
    });
}
