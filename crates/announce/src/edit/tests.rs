use cardkey_domain::Text;
use futures::executor::block_on;

use crate::model::{Audience, Priority, State};
use crate::testing::{Desk, HOUR, a_draft, nowhere, operator};
use crate::{AnnouncementDraft, EditAnnouncement, EditError, Editor, Publication};

// ANN-03
#[test]
fn a_draft_is_changed_field_by_field_and_may_be_published_thereby() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let made = desk.service.create(&operator(), a_draft()).await.unwrap();
        let edit = async |edit| desk.service.edit(&operator(), Editor::Publisher, made.id, edit).await;
        let title = Some(Text::parse("Better").unwrap());
        let edited = edit(EditAnnouncement { title, ..Default::default() }).await.unwrap();
        assert_eq!((edited.state, edited.title.as_str(), edited.id), (State::Draft, "Better", made.id));
        assert_eq!((edited.content, edited.priority), (made.content.clone(), made.priority));
        let publication = Some(Publication::At(desk.now().plus(HOUR)));
        let edited = edit(EditAnnouncement { publication, ..Default::default() }).await.unwrap();
        assert_eq!((edited.state, edited.publish_at), (State::Scheduled, Some(desk.now().plus(HOUR))));
        let edited = edit(EditAnnouncement { priority: Some(Priority::Low), ..Default::default() }).await.unwrap();
        assert_eq!((edited.state, edited.publish_at), (State::Scheduled, Some(desk.now().plus(HOUR))));
        let later = Some(Publication::Later);
        let edited = edit(EditAnnouncement { publication: later, ..Default::default() }).await.unwrap();
        assert_eq!((edited.state, edited.publish_at), (State::Draft, None));
        let audience = Some(Audience::Users(vec![user]));
        let now = EditAnnouncement { publication: Some(Publication::Now), audience, ..Default::default() };
        assert_eq!(edit(now).await.unwrap().state, State::Published);
        assert_eq!(desk.titles(user).await, ["Better"]);
    });
}

// ANN-03, RBAC-01
#[test]
fn what_is_scheduled_is_changed_by_publishers_only() {
    block_on(async {
        let desk = Desk::new();
        let publication = Publication::At(desk.now().plus(HOUR));
        let draft = AnnouncementDraft { publication, ..a_draft() };
        let made = desk.service.create(&operator(), draft).await.unwrap();
        let edit = EditAnnouncement { must_confirm: Some(true), ..Default::default() };
        let refused = desk.service.edit(&operator(), Editor::Writer, made.id, edit.clone()).await;
        assert!(matches!(refused, Err(EditError::NotPublisher)));
        assert!(desk.service.edit(&operator(), Editor::Publisher, made.id, edit).await.unwrap().must_confirm);
    });
}

// ANN-03
#[test]
fn what_was_published_stays_as_it_is() {
    block_on(async {
        let desk = Desk::new();
        let made = desk.published(Audience::All).await;
        let edit = async |id| desk.service.edit(&operator(), Editor::Publisher, id, EditAnnouncement::default()).await;
        assert!(matches!(edit(made.id).await, Err(EditError::Published(State::Published))));
        assert!(matches!(edit(nowhere()).await, Err(EditError::NotFound)));
    });
}
