use cardkey_domain::{EventId, Id};
use cardkey_events::{Actor, Call, Event, Happening};
use futures::executor::block_on;
use uuid::Uuid;

use crate::LiveRow;
use crate::testing::{Desk, HOUR, app};

fn event(desk: &Desk, number: u128, happening: Happening) -> Event {
    let id = EventId::from_uuid(Uuid::from_u128(number));
    Event { id, at: desk.now(), actor: Actor::Nobody, request_id: "request".into(), happening }
}

fn start(desk: &Desk, number: u128) -> Event {
    let maintenance_id = EventId::from_uuid(Uuid::from_u128(number));
    let message = Some("数据库升级".to_owned());
    let until = Some(desk.now().plus(HOUR));
    event(desk, number + 100, Happening::AppMaintenanceStart { app_id: app(1), maintenance_id, message, until })
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
            desk.service.follow_maintenance(&call, "test", &begun).await.unwrap();
        }
        assert_eq!((desk.titles(user).await.len(), desk.titles(other).await.len()), (1, 0));
        let frames: Vec<String> = desk.live(user).await.iter().map(LiveRow::frame).collect();
        assert!(frames[0].contains("数据库升级") && frames[1].contains("app.maintenance.start"), "{frames:?}");
        assert_eq!(frames.len(), 2);
        let maintenance_id = EventId::from_uuid(Uuid::from_u128(50));
        let ended = event(&desk, 200, Happening::AppMaintenanceEnd { app_id: app(1), maintenance_id });
        for _ in 0..2 {
            desk.service.follow_maintenance(&call, "test", &ended).await.unwrap();
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
        desk.service.follow_maintenance(&call, "test", &begun).await.unwrap();
        assert_eq!(desk.titles(user).await.len(), 0);
    });
}

// APP-06
#[test]
fn what_was_announced_beforehand_is_not_announced_again_when_it_begins() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[app(1)], &[]);
        let call = Call::by_system("maintenance", "job".into());
        let maintenance_id = EventId::from_uuid(Uuid::from_u128(50));
        let from = desk.now().plus(HOUR);
        let scheduled =
            Happening::AppMaintenanceScheduled { app_id: app(1), maintenance_id, message: None, from, until: None };
        desk.service.follow_maintenance(&call, "test", &event(&desk, 1, scheduled)).await.unwrap();
        assert_eq!(desk.titles(user).await.len(), 1);
        desk.clock.advance(HOUR);
        desk.service.follow_maintenance(&call, "test", &start(&desk, 50)).await.unwrap();
        assert_eq!(desk.titles(user).await.len(), 1);
        let frames: Vec<String> = desk.live(user).await.iter().map(LiveRow::frame).collect();
        assert!(frames.last().unwrap().contains("app.maintenance.start"), "and still clients are told that it begins");
    });
}

// APP-06, EVT-02
#[test]
fn an_end_that_comes_before_its_beginning_leaves_nothing_announced() {
    block_on(async {
        let desk = Desk::new();
        let user = desk.someone(1, &[app(1)], &[]);
        let call = Call::by_system("maintenance", "job".into());
        let maintenance_id = EventId::from_uuid(Uuid::from_u128(50));
        let ended = event(&desk, 200, Happening::AppMaintenanceEnd { app_id: app(1), maintenance_id });
        for event in [&ended, &start(&desk, 50)] {
            desk.service.follow_maintenance(&call, "test", event).await.unwrap();
        }
        assert_eq!(desk.titles(user).await.len(), 0);
    });
}
