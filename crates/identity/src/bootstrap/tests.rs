use futures::executor::block_on;

use super::*;
use crate::testing::{OTHER_PASSWORD, World, call_of, password};
use crate::{ChangePassword, Reader};

fn bootstrap(world: &World, chosen: Option<&str>, production: bool) -> Result<Bootstrapped, BootstrapError> {
    let initial_password = chosen.map(password);
    block_on(world.identity.bootstrap(&Bootstrap { initial_password, default_password_may_stand: !production }))
}

#[test]
fn the_first_start_makes_an_administrator_who_must_change_the_password() {
    // AUTH-02
    let world = World::new();
    assert_eq!(bootstrap(&world, None, false).unwrap(), Bootstrapped::Created);
    assert_eq!(bootstrap(&world, None, false).unwrap(), Bootstrapped::Nothing);
    assert!(block_on(world.identity.default_password_stands()).unwrap());
    let grant = world.try_sign_in("admin", "admin1314159", None).unwrap();
    assert!(grant.account.must_change_password);
    let caller = world.enter(&grant);
    assert!(caller.settled().is_err());
    let change = ChangePassword { old: password("admin1314159"), new: password(OTHER_PASSWORD) };
    block_on(world.identity.change_password(&call_of(&caller), &caller, change)).unwrap();
    assert!(world.enter(&grant).may(cardkey_domain::Permission::SystemRotateKeys).is_ok());
    assert!(!block_on(world.identity.default_password_stands()).unwrap());
    assert_eq!(bootstrap(&world, None, true).unwrap(), Bootstrapped::Nothing);
}

#[test]
fn a_chosen_password_need_not_be_changed_but_must_obey_the_policy() {
    // AUTH-02, AUTH-03
    let world = World::new();
    assert!(matches!(bootstrap(&world, Some("weak"), true), Err(BootstrapError::Weak(_))));
    assert_eq!(bootstrap(&world, Some(OTHER_PASSWORD), true).unwrap(), Bootstrapped::Created);
    let grant = world.try_sign_in("admin", OTHER_PASSWORD, None).unwrap();
    assert!(world.enter(&grant).settled().is_ok());
}

#[test]
fn production_refuses_the_default_password() {
    // AUTH-02
    let world = World::new();
    assert!(matches!(bootstrap(&world, None, true), Err(BootstrapError::DefaultPassword)));
    assert!(matches!(bootstrap(&world, Some("admin1314159"), true), Err(BootstrapError::DefaultPassword)));
    assert_eq!(block_on(world.store.user_count()).unwrap(), 0, "nothing was touched");
    bootstrap(&world, None, false).unwrap();
    assert!(matches!(bootstrap(&world, Some(OTHER_PASSWORD), true), Err(BootstrapError::DefaultPassword)));
}

#[test]
fn two_nodes_that_start_together_make_one_administrator() {
    // AUTH-02
    let world = World::new();
    let node = world.another_node();
    let how = Bootstrap { initial_password: None, default_password_may_stand: true };
    let both = futures::future::join(world.identity.bootstrap(&how), node.bootstrap(&how));
    let (one, other) = block_on(both);
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(block_on(world.store.user_count()).unwrap(), 1);
}
