use std::collections::BTreeSet;
use std::time::Duration;

use cardkey_domain::{PageRequest, Text};
use futures::executor::block_on;
use proptest::prelude::*;

use crate::model::{Audience, InboxFilter, Priority};
use crate::testing::{Desk, a_draft, operator};
use crate::{AnnouncementDraft, Publication};

async fn say(desk: &Desk, title: &str, priority: Priority, must_confirm: bool) -> cardkey_domain::AnnouncementId {
    desk.clock.advance(Duration::from_secs(1));
    let title = Text::parse(title).unwrap();
    let draft = AnnouncementDraft { title, priority, must_confirm, publication: Publication::Now, ..a_draft() };
    desk.service.create(&operator(), draft).await.unwrap().id
}

// ANN-01
#[test]
fn priority_orders_and_then_the_newest_is_first() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        say(&desk, "low", Priority::Low, false).await;
        say(&desk, "high 1", Priority::High, false).await;
        say(&desk, "medium", Priority::Medium, false).await;
        say(&desk, "high 2", Priority::High, false).await;
        assert_eq!(desk.titles(user).await, ["high 2", "high 1", "medium", "low"]);
        let newest = InboxFilter { newest_first: true, unread: false };
        let inbox = desk.service.inbox(user, newest, &PageRequest::first()).await.unwrap();
        let titles: Vec<_> = inbox.page.items.iter().map(|item| item.announcement.title.as_str()).collect();
        assert_eq!(titles, ["high 2", "medium", "high 1", "low"]);
    });
}

// ANN-05, ANN-06
#[test]
fn what_must_be_confirmed_is_new_until_it_is() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let plain = say(&desk, "plain", Priority::High, false).await;
        let forced = say(&desk, "forced", Priority::High, true).await;
        assert_eq!(desk.unread(user).await, 2);
        desk.service.read(&operator(), user, plain).await.unwrap();
        desk.service.read(&operator(), user, forced).await.unwrap();
        let unread = InboxFilter { unread: true, ..InboxFilter::default() };
        let inbox = desk.service.inbox(user, unread, &PageRequest::first()).await.unwrap();
        let titles: Vec<_> = inbox.page.items.iter().map(|item| item.announcement.title.as_str()).collect();
        assert_eq!((titles, inbox.unread, inbox.page.total), (vec!["forced"], 1, 1));
        desk.service.confirm(&operator(), user, forced).await.unwrap();
        assert_eq!(desk.unread(user).await, 0);
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    // ANN-01
    #[test]
    fn pages_by_cursor_hold_everything_once(priorities in prop::collection::vec(0_usize..3, 0..25), size in 1_u32..7) {
        block_on(async {
            let desk = Desk::new();
            let user = desk.someone(1, &[], &[]);
            for priority in &priorities {
                say(&desk, "x", Priority::ALL[*priority], false).await;
            }
            desk.published(Audience::All).await;
            let (mut page, mut seen, mut count) = (PageRequest::of(size), BTreeSet::new(), 0);
            loop {
                let inbox = desk.service.inbox(user, InboxFilter::default(), &page).await.unwrap();
                count += inbox.page.items.len();
                seen.extend(inbox.page.items.into_iter().map(|item| item.announcement.id));
                let Some(next) = inbox.page.next else { break };
                page = page.after(next);
            }
            assert_eq!((seen.len(), count), (priorities.len() + 1, priorities.len() + 1));
        });
    }
}
