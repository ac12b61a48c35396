use cardkey_domain::{DeviceId, Validity};

use super::*;
use crate::model::{AppPolicy, Maintenance};
use crate::testing::{World, block_on, device};

fn standing() -> (World, LicenceStanding) {
    let world = World::new();
    let code = world.card_key(Validity::Days { days: 1 });
    let activated = world.activate(&code, &device(1)).unwrap();
    let device: DeviceId = activated.device_id;
    let standing = block_on(world.licensing.standing(activated.licence_id, device)).unwrap().unwrap();
    (world, standing.as_ref().clone())
}

fn fine() -> Findings<'static> {
    Findings { same_device: true, shut_out: false, version: Asked::NotAsked }
}

#[test]
fn the_first_reason_is_the_answer() {
    // CARD-08
    let (world, mut standing) = standing();
    let now = world.now();
    assert_eq!(judge(&standing, &fine(), now), VerdictCode::Valid);
    let (id, starts_at, started_at) = (world.ambient.id(), now, Some(now));
    standing.app.maintenance = Some(Maintenance { id, message: None, starts_at, ends_at: None, started_at });
    assert_eq!(judge(&standing, &fine(), now), VerdictCode::Valid, "who runs already goes on");
    let starting = Findings { version: Asked::Running(None), ..fine() };
    assert_eq!(judge(&standing, &starting, now), VerdictCode::Maintenance);
    standing.app.policy = AppPolicy { minimum_version: Some(Version::new(2, 0, 0)), ..AppPolicy::default() };
    let mut worst = Findings { version: Asked::Running(None), ..fine() };
    assert_eq!(judge(&standing, &worst, now), VerdictCode::VersionTooOld);
    worst.shut_out = true;
    assert_eq!(judge(&standing, &worst, now), VerdictCode::Blacklisted);
    let end = standing.licence.expires_at.unwrap();
    assert_eq!(judge(&standing, &worst, end), VerdictCode::Expired);
    standing.card_key_state = CardKeyState::Disabled;
    assert_eq!(judge(&standing, &worst, end), VerdictCode::Disabled);
    standing.owner_active = false;
    assert_eq!(judge(&standing, &worst, end), VerdictCode::UserDisabled);
    standing.app.status = AppStatus::Disabled;
    assert_eq!(judge(&standing, &worst, end), VerdictCode::AppDisabled);
    standing.seat = None;
    assert_eq!(judge(&standing, &worst, end), VerdictCode::DeviceUnbound);
    worst.same_device = false;
    assert_eq!(judge(&standing, &worst, end), VerdictCode::DeviceMismatch);
}

#[test]
fn a_licence_runs_up_to_its_end_and_not_at_it() {
    // CARD-05
    let (_, standing) = standing();
    let end = standing.licence.expires_at.unwrap();
    assert_eq!(judge(&standing, &fine(), end.minus(std::time::Duration::from_micros(1))), VerdictCode::Valid);
    assert_eq!(judge(&standing, &fine(), end), VerdictCode::Expired);
}
