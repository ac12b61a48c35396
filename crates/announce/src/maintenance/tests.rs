use cardkey_domain::{EventId, Id};
use cardkey_events::{Actor, Call, Event, Happening};
use futures::executor::block_on;
use uuid::Uuid;

use crate::testing::{Desk, HOUR, app};

fn event(desk: &Desk, happening: Happening) -> Event {
    let id = EventId::from_uuid(Uuid::from_u128(1));
    Event { id, at: desk.now(), actor: Actor::Nobody, request_id: "request".into(), happening }
}

fn start(desk: &Desk, number: u128) -> Event {
    let maintenance_id = EventId::from_uuid(Uuid::from_u128(number));
    let message = Some("数据库升级".to_owned());
    let until = Some(desk.now().plus(HOUR));
    event(desk, Happening::AppMaintenanceStart { app_id: app(1), maintenance_id, message, until })
}

// APP-06, EVT-04
#[test]
fn a_maintenance_is_announced_once_and_taken_back_at_its_end() {
    block_on(async {
        let desk = Desk::new();
        let (user, other) = (desk.someone(1, &[app(1)], &[]), desk.someone(2, &[], &[]));
        let call = Call::by_system("maintenance", "job".into());
        let begun = start(&desk, 50);
        for _ in 0..2 {
            desk.service.follow_maintenance(&call, &begun).await.unwrap();
        }
        assert_eq!((desk.titles(user).await.len(), desk.titles(other).await.len()), (1, 0));
        assert!(desk.live(user).await[0].frame().contains("数据库升级"));
        let maintenance_id = EventId::from_uuid(Uuid::from_u128(50));
        let ended = event(&desk, Happening::AppMaintenanceEnd { app_id: app(1), maintenance_id });
        for _ in 0..2 {
            desk.service.follow_maintenance(&call, &ended).await.unwrap();
        }
        assert_eq!(desk.titles(user).await.len(), 0);
        assert_eq!(desk.happened(), ["announcement.published", "announcement.withdrawn"]);
    });
}

// APP-06
#[test]
fn a_maintenance_that_is_over_before_anybody_looked_is_not_announced() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[app(1)], &[]);
        let call = Call::by_system("maintenance", "job".into());
        let begun = start(&desk, 50);
        desk.clock.advance(HOUR);
        desk.service.follow_maintenance(&call, &begun).await.unwrap();
        assert_eq!(desk.titles(user).await.len(), 0);
    });
}
