use cardkey_domain::Text;
use futures::executor::block_on;

use crate::model::{Audience, State};
use crate::testing::{Desk, HOUR, a_draft, nowhere, operator};
use crate::{AnnouncementDraft, EditError, Publication};

// ANN-03
#[test]
fn a_draft_is_rewritten_and_may_be_published_thereby() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        let title = Text::parse("Better").unwrap();
        let edited = desk.service.edit(&operator(), made.id, AnnouncementDraft { title, ..a_draft() }).await.unwrap();
        assert_eq!((edited.state, edited.title.as_str(), edited.id), (State::Draft, "Better", made.id));
        let at = Publication::At(desk.now().plus(HOUR));
        let edited = desk.service.edit(&operator(), made.id, AnnouncementDraft { publication: at, ..a_draft() }).await;
        assert_eq!(edited.unwrap().state, State::Scheduled);
        let now =
            AnnouncementDraft { publication: Publication::Now, audience: Audience::Users(vec![user]), ..a_draft() };
        assert_eq!(desk.service.edit(&operator(), made.id, now).await.unwrap().state, State::Published);
        assert_eq!(desk.titles(user).await, ["Hello"]);
    });
}

// ANN-03
#[test]
fn what_was_published_stays_as_it_is() {
    block_on(async {
        let desk = Desk::new();
        let made = desk.published(Audience::All).await;
        let again = desk.service.edit(&operator(), made.id, a_draft()).await;
        assert!(matches!(again, Err(EditError::Published(State::Published))));
        let none = desk.service.edit(&operator(), nowhere(), a_draft()).await;
        assert!(matches!(none, Err(EditError::NotFound)));
    });
}
