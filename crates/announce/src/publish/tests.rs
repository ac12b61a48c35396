use cardkey_domain::UserId;
use futures::executor::block_on;

use crate::model::{Audience, State};
use crate::testing::{Desk, HOUR, a_draft, app, group, nowhere, operator};
use crate::{AnnouncementDraft, PublishError};

// ANN-02, ANN-04
#[test]
fn each_audience_sees_its_own_in_the_inbox_and_live() {
    block_on(async {
        let desk = Desk::new();
        let users: Vec<UserId> = vec![
            desk.someone(1, &[app(1)], &[]),
            desk.someone(2, &[app(1), app(2)], &[group(1)]),
            desk.someone(3, &[], &[group(2)]),
            desk.someone(4, &[], &[]),
        ];
        let audiences = [
            (Audience::All, vec![0, 1, 2, 3]),
            (Audience::Apps(vec![app(1)]), vec![0, 1]),
            (Audience::Apps(vec![app(1), app(2)]), vec![0, 1]),
            (Audience::Groups(vec![group(2)]), vec![2]),
            (Audience::Groups(vec![group(1), group(2)]), vec![1, 2]),
            (Audience::Users(vec![users[3]]), vec![3]),
            (Audience::Users(vec![users[0], users[3]]), vec![0, 3]),
        ];
        for (audience, expected) in audiences {
            let before = counts(&desk, &users).await;
            let made = desk.published(audience.clone()).await;
            let after = counts(&desk, &users).await;
            let gained: Vec<usize> =
                (0..users.len()).filter(|n| after[*n] == (before[*n].0 + 1, before[*n].1 + 1)).collect();
            assert_eq!(gained, expected, "{audience:?}");
            let unchanged = (0..users.len()).filter(|n| after[*n] == before[*n]).count();
            assert_eq!(unchanged + gained.len(), users.len(), "once each: {audience:?}");
            assert_eq!(desk.service.statistics(made.id).await.unwrap().reach.accounts, expected.len() as u64);
        }
    });
}

async fn counts(desk: &Desk, users: &[UserId]) -> Vec<(usize, usize)> {
    let mut counts = Vec::new();
    for user in users {
        counts.push((desk.titles(*user).await.len(), desk.live(*user).await.len()));
    }
    counts
}

// ANN-03
#[test]
fn an_announcement_is_published_once() {
    block_on(async {
        let desk = Desk::new();
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        desk.service.publish(&operator(), made.id).await.unwrap();
        let again = desk.service.publish(&operator(), made.id).await;
        assert!(matches!(again, Err(PublishError::State(State::Published))));
        assert!(matches!(desk.service.publish(&operator(), nowhere()).await, Err(PublishError::NotFound)));
        assert_eq!(desk.happened(), ["announcement.published"]);
    });
}

// ANN-03
#[test]
fn a_draft_whose_end_has_come_is_not_published() {
    block_on(async {
        let desk = Desk::new();
        let draft = AnnouncementDraft { expires_at: Some(desk.now().plus(HOUR)), ..a_draft() };
        let made = desk.service.create(&operator(), draft).await.unwrap();
        desk.clock.advance(HOUR);
        assert!(matches!(desk.service.publish(&operator(), made.id).await, Err(PublishError::Over)));
    });
}
