use cardkey_events::Happening;
use futures::executor::block_on;

use crate::model::{Audience, Marked};
use crate::testing::{Desk, HOUR, a_draft, nowhere, operator};
use crate::{AnnouncementDraft, NoteError, Publication};

// ANN-05, ANN-06
#[test]
fn confirming_is_reading_and_happens_once() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.published(Audience::All).await;
        for _ in 0..2 {
            desk.service.confirm(&operator(), user, made.id).await.unwrap();
        }
        desk.service.read(&operator(), user, made.id).await.unwrap();
        let marked = desk.service.statistics(made.id).await.unwrap().marked;
        assert_eq!(marked, Marked { delivered: 1, read: 1, confirmed: 1 });
        let confirmed = Happening::AnnouncementConfirmed { announcement_id: made.id, user_id: user };
        assert_eq!(desk.happenings().iter().filter(|happening| **happening == confirmed).count(), 1);
        assert_eq!(desk.deeds()[2..], ["announcement.confirm", "announcement.confirm", "announcement.read"]);
    });
}

// ANN-02, ANN-03
#[test]
fn what_a_reader_does_not_see_they_cannot_read() {
    block_on(async {
        let desk = Desk::new();
        let (one, other) = (desk.someone(1, &[], &[]), desk.someone(2, &[], &[]));
        let draft = desk.service.create(&operator(), a_draft()).await.unwrap();
        let not_theirs = desk.published(Audience::Users(vec![other])).await;
        let expires_at = Some(desk.now().plus(HOUR));
        let passing = AnnouncementDraft { publication: Publication::Now, expires_at, ..a_draft() };
        let over = desk.service.create(&operator(), passing).await.unwrap();
        desk.clock.advance(HOUR);
        for id in [nowhere(), draft.id, not_theirs.id, over.id] {
            assert!(matches!(desk.service.read(&operator(), one, id).await, Err(NoteError::NotFound)));
            assert!(matches!(desk.service.confirm(&operator(), one, id).await, Err(NoteError::NotFound)));
        }
    });
}
