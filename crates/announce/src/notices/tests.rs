use cardkey_domain::{CardKeyId, DeviceId, LicenceId};
use cardkey_events::Actor;
use futures::executor::block_on;
use uuid::Uuid;

use super::*;
use crate::testing::{DAY, Desk, HOUR, app};

const HANDLER: &str = "test";

fn event(desk: &Desk, number: u128, happening: Happening) -> Event {
    let id = EventId::from_uuid(Uuid::from_u128(number));
    Event { id, at: desk.now(), actor: Actor::Nobody, request_id: "request".into(), happening }
}

fn activated(desk: &Desk, number: u128, user_id: UserId) -> Event {
    let id = Uuid::from_u128(number);
    let happening = Happening::CardKeyActivated {
        card_key_id: CardKeyId::from_uuid(id),
        licence_id: LicenceId::from_uuid(id),
        app_id: app(1),
        user_id,
        device_id: DeviceId::from_uuid(id),
        expires_at: None,
    };
    event(desk, number, happening)
}

fn system() -> Call {
    Call::by_system("notices", "job".into())
}

// EVT-04
#[test]
fn whoever_redeems_a_card_key_is_told_once_however_often_the_event_comes() {
    block_on(async {
        let desk = Desk::new();
        desk.store.name_app(app(1), "Paint *2* <b>");
        let (user, other) = (desk.someone(1, &[app(1)], &[]), desk.someone(2, &[app(1)], &[]));
        let events = [activated(&desk, 50, user), activated(&desk, 51, other), activated(&desk, 52, user)];
        let events: Vec<&Event> = events.iter().collect();
        for events in [&events[..2], &events[..1], &events[..], &events[..]] {
            desk.service.tell_owners(&system(), HANDLER, events).await.unwrap();
        }
        assert_eq!((desk.titles(user).await.len(), desk.titles(other).await.len()), (2, 1));
        let live = desk.live(user).await;
        let kinds: Vec<&str> = live.iter().map(|row| row.entry.kind.as_str()).collect();
        assert_eq!(kinds, ["event", "announcement", "event", "announcement"]);
        assert!(live[0].frame().contains(r#""event":"card_key.activated""#), "{}", live[0].frame());
        assert!(
            live[1].frame().contains("<p>「Paint *2* &lt;b&gt;」"),
            "a name is shown as it is: {}",
            live[1].frame()
        );
        let inbox = desk.service.inbox(user, Default::default(), &cardkey_domain::PageRequest::first()).await.unwrap();
        let mut places: Vec<_> = inbox.page.items.iter().map(|item| item.announcement.seq.unwrap()).collect();
        places.sort();
        assert_eq!(places, [live[1].seq, live[3].seq], "each notice knows its place");
        assert_eq!(
            desk.service.list(&Default::default(), &cardkey_domain::PageRequest::first()).await.unwrap().total,
            0
        );
    });
}

// CARD-12
#[test]
fn a_reminder_hides_when_the_licence_ends_and_then_its_end_is_told() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[], &[]);
        let id = Uuid::from_u128(9);
        let expires_at = desk.now().plus(DAY);
        let (card_key_id, licence_id) = (CardKeyId::from_uuid(id), LicenceId::from_uuid(id));
        let expiring = Happening::CardKeyExpiring {
            card_key_id,
            licence_id,
            app_id: app(1),
            user_id: user,
            days_left: 1,
            expires_at,
        };
        desk.service.tell_owners(&system(), HANDLER, &[&event(&desk, 60, expiring)]).await.unwrap();
        assert_eq!(desk.titles(user).await, ["许可即将到期 / Licence about to end"]);
        desk.clock.advance(DAY);
        assert_eq!(desk.titles(user).await, [""; 0]);
        for (number, user_id) in [(61, Some(user)), (62, None)] {
            let expired =
                Happening::CardKeyExpired { card_key_id, app_id: app(1), licence_id: Some(licence_id), user_id };
            desk.service.tell_owners(&system(), HANDLER, &[&event(&desk, number, expired)]).await.unwrap();
        }
        assert_eq!(desk.titles(user).await, ["许可已到期 / Licence ended"]);
        assert_eq!(desk.service.do_what_is_due(&system()).await.unwrap(), 0, "a notice just hides");
        assert_eq!(desk.service.forget_notices(desk.now().plus(HOUR)).await.unwrap(), 1);
        assert_eq!(desk.service.forget_notices(desk.now().plus(HOUR)).await.unwrap(), 0);
    });
}
