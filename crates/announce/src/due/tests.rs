use cardkey_events::Call;
use futures::executor::block_on;
use proptest::prelude::*;

use crate::model::State;
use crate::testing::{DAY, Desk, HOUR, a_draft, operator};
use crate::{AnnouncementDraft, Publication};

fn system() -> Call {
    Call::by_system("announcements", "job".into())
}

// ANN-03
#[test]
fn an_announcement_comes_and_goes_at_its_time() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let draft = AnnouncementDraft {
            publication: Publication::At(desk.now().plus(HOUR)),
            expires_at: Some(desk.now().plus(DAY)),
            ..a_draft()
        };
        let made = desk.service.create(&operator(), draft).await.unwrap();
        assert_eq!(desk.service.do_what_is_due(&system()).await.unwrap(), 0);
        desk.clock.advance(HOUR);
        assert_eq!(desk.service.do_what_is_due(&system()).await.unwrap(), 1);
        assert_eq!(desk.service.do_what_is_due(&system()).await.unwrap(), 0);
        assert_eq!(desk.titles(user).await, ["Hello"]);
        desk.clock.advance(DAY);
        assert_eq!(desk.titles(user).await, Vec::<String>::new(), "hidden before the job comes round");
        assert_eq!(desk.service.do_what_is_due(&system()).await.unwrap(), 1);
        assert_eq!(desk.service.show(made.id).await.unwrap().unwrap().announcement.state, State::Expired);
        assert_eq!(desk.happened(), ["announcement.published", "announcement.expired"]);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    // ANN-03
    #[test]
    fn after_a_downtime_each_is_where_it_would_be_anyway(
        plans in prop::collection::vec((1_u32..50, prop::option::of(1_u32..50)), 1..8),
        away in 1_u32..120,
    ) {
        block_on(async {
            let desk = Desk::new();
            let start = desk.now();
            let mut made = Vec::new();
            for (publish, lasts) in &plans {
                let at = start.plus(HOUR * *publish);
                let expires_at = lasts.map(|lasts| at.plus(HOUR * lasts));
                let draft = AnnouncementDraft { publication: Publication::At(at), expires_at, ..a_draft() };
                made.push((desk.service.create(&operator(), draft).await.unwrap().id, at, expires_at));
            }
            desk.clock.advance(HOUR * away);
            while desk.service.do_what_is_due(&system()).await.unwrap() > 0 {}
            for (id, at, end) in made {
                let expected = match end {
                    Some(end) if end <= desk.now() => State::Expired,
                    _ if at <= desk.now() => State::Published,
                    _ => State::Scheduled,
                };
                assert_eq!(desk.service.show(id).await.unwrap().unwrap().announcement.state, expected);
            }
        });
    }
}
