use cardkey_domain::{Id, Text, UserId};
use futures::executor::block_on;
use uuid::Uuid;

use crate::model::{Audience, State};
use crate::testing::{DAY, Desk, HOUR, a_draft, app, operator};
use crate::{AnnouncementDraft, CreateError, LiveAudience, Publication};

// ANN-01, ANN-03
#[test]
fn a_draft_is_seen_by_nobody_and_rendered() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        assert_eq!((made.state, made.html.as_str()), (State::Draft, "<p><strong>Hello</strong></p>"));
        assert_eq!(desk.titles(user).await, Vec::<String>::new());
        assert_eq!(desk.happened(), Vec::<String>::new());
        assert_eq!(desk.deeds(), ["announcement.create"]);
    });
}

// ANN-03, ANN-04
#[test]
fn what_is_published_at_once_is_in_the_inbox_and_in_the_live_log() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.published(Audience::All).await;
        assert_eq!(made.state, State::Published);
        assert_eq!(desk.titles(user).await, ["Hello"]);
        let live = desk.live(user).await;
        assert_eq!((live.len(), Some(live[0].seq), live[0].entry.audience), (1, made.seq, LiveAudience::All));
        assert!(live[0].frame().contains(&made.id.to_string()));
        assert_eq!(desk.happened(), ["announcement.published"]);
        assert_eq!(desk.deeds(), ["announcement.create", "announcement.publish"]);
    });
}

// ANN-03
#[test]
fn a_time_that_has_just_passed_is_now_and_an_older_one_is_refused() {
    block_on(async {
        let desk = Desk::new();
        let at = |publication| AnnouncementDraft { publication, ..a_draft() };
        let just = at(Publication::At(desk.now().minus(HOUR / 60)));
        assert_eq!(desk.service.create(&operator(), just).await.unwrap().state, State::Published);
        let old = at(Publication::At(desk.now().minus(HOUR)));
        assert!(matches!(desk.service.create(&operator(), old).await, Err(CreateError::PublicationPassed)));
        let later = at(Publication::At(desk.now().plus(HOUR)));
        assert_eq!(desk.service.create(&operator(), later).await.unwrap().state, State::Scheduled);
    });
}

// ANN-03
#[test]
fn an_end_is_after_the_publication() {
    block_on(async {
        let desk = Desk::new();
        for (publication, end) in [
            (Publication::Later, desk.now()),
            (Publication::Now, desk.now().minus(DAY)),
            (Publication::At(desk.now().plus(DAY)), desk.now().plus(HOUR)),
        ] {
            let draft = AnnouncementDraft { publication, expires_at: Some(end), ..a_draft() };
            assert!(matches!(desk.service.create(&operator(), draft).await, Err(CreateError::EndPassed)));
        }
    });
}

// ANN-02
#[test]
fn an_audience_names_somebody_who_exists_and_not_too_many() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[app(1)], &[]);
        let to = async |audience| desk.service.create(&operator(), AnnouncementDraft { audience, ..a_draft() }).await;
        assert!(matches!(to(Audience::Users(vec![])).await, Err(CreateError::AudienceEmpty)));
        let strangers = |count: u128| (5..5 + count).map(|n| UserId::from_uuid(Uuid::from_u128(n))).collect();
        assert!(matches!(to(Audience::Users(strangers(1_001))).await, Err(CreateError::AudienceTooLarge)));
        match to(Audience::Apps(vec![app(1), app(2)])).await {
            Err(CreateError::AudienceUnknown(unknown)) => assert_eq!(unknown, [app(2).uuid()]),
            other => panic!("{other:?}"),
        }
        let made = to(Audience::Users(vec![user, user])).await.unwrap();
        assert_eq!(desk.service.show(made.id).await.unwrap().unwrap().subjects, [user.uuid()]);
    });
}

// ANN-01, WS-03
#[test]
fn what_would_not_fit_in_a_frame_is_refused() {
    block_on(async {
        let desk = Desk::new();
        let content = Text::parse(&"公告 & <b>".repeat(2_000)).unwrap();
        let draft = AnnouncementDraft { content, ..a_draft() };
        assert!(matches!(desk.service.create(&operator(), draft).await, Err(CreateError::TooLong)));
    });
}
