use super::*;
use crate::testing::{World, block_on, text};

#[test]
fn an_app_is_registered_with_a_key_and_a_spare() {
    // APP-01, APP-07
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let keys = block_on(world.licensing.published_keys(app.id)).unwrap().unwrap();
    assert_eq!(keys.keys.len(), 2);
    assert!(world.happenings().contains(&Happening::AppRegistered { app_id: app.id }));
    assert_eq!(block_on(world.licensing.published_keys(world.ambient.id())).unwrap(), None);
}

#[test]
fn rotation_promotes_the_spare_that_was_published_before() {
    // APP-07
    let world = World::new();
    let app = world.app(AppPolicy::default());
    let before = block_on(world.licensing.published_keys(app.id)).unwrap().unwrap();
    let old = block_on(world.licensing.keyring(app.id)).unwrap().unwrap().active().to_string();
    let after = block_on(world.licensing.rotate_signing_key(&world.operator(), app.id)).unwrap();
    let new = block_on(world.licensing.keyring(app.id)).unwrap().unwrap().active().to_string();
    let kids = |set: &JwkSet| set.keys.iter().filter_map(|key| key.kid.clone()).collect::<Vec<_>>();
    assert_ne!(old, new);
    assert!(kids(&before).contains(&new), "clients have it before it signs");
    assert!(kids(&after).contains(&old), "what it signed stays good");
    assert_eq!(after.keys.len(), 3);
    assert_eq!(block_on(world.licensing.published_keys(app.id)).unwrap(), Some(after));
}

#[test]
fn a_change_touches_only_what_it_names() {
    // APP-01
    let world = World::new();
    let app = world.app(AppPolicy { lease_hours: 24, ..AppPolicy::default() });
    let described = ChangeApp { description: Some(Some(text("charts"))), ..ChangeApp::default() };
    block_on(world.licensing.change_app(&world.operator(), app.id, described)).unwrap();
    let renamed = ChangeApp { name: Some(text("Charts")), ..ChangeApp::default() };
    let app = block_on(world.licensing.change_app(&world.operator(), app.id, renamed)).unwrap();
    assert_eq!((app.name.as_str(), app.policy.lease_hours), ("Charts", 24));
    assert_eq!(app.description.as_ref().map(Text::as_str), Some("charts"));
    let cleared = ChangeApp { description: Some(None), ..ChangeApp::default() };
    assert_eq!(block_on(world.licensing.change_app(&world.operator(), app.id, cleared)).unwrap().description, None);
    let unknown = block_on(world.licensing.change_app(&world.operator(), world.ambient.id(), ChangeApp::default()));
    assert!(matches!(unknown, Err(AppError::NotFound)));
}

#[test]
fn a_policy_out_of_range_is_refused_by_name() {
    // APP-01
    let world = World::new();
    for (policy, field) in [
        (AppPolicy { lease_hours: 0, ..AppPolicy::default() }, "policy.lease_hours"),
        (AppPolicy { max_devices: 1_001, ..AppPolicy::default() }, "policy.max_devices"),
        (AppPolicy { entitlements: vec!["a b".to_owned()], ..AppPolicy::default() }, "policy.entitlements"),
    ] {
        let command = RegisterApp { name: text("Trader"), description: None, contact: None, policy };
        let refused = block_on(world.licensing.register_app(&world.operator(), command));
        assert!(matches!(refused, Err(AppError::Policy(named)) if named == field));
    }
    assert!(world.deeds().is_empty());
}
