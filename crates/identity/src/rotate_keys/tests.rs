use futures::executor::block_on;

use super::*;
use crate::TokenSigning;
use crate::testing::{DAY, MINUTE, World, call, enter};

fn rotate(world: &World) -> RotatedKeys {
    world.advance(MINUTE);
    block_on(world.identity.rotate_keys(&call())).unwrap()
}

fn published(world: &World) -> Vec<String> {
    world.identity.published_keys().keys.into_iter().filter_map(|key| key.kid).collect()
}

#[test]
fn a_rotation_signs_nobody_out_on_any_node() {
    // TOK-02
    let world = World::new();
    world.user("alice", &["user"]);
    let node = world.another_node();
    let before = world.sign_in("alice", None);
    let spare = published(&world)[1].clone();
    let rotated = rotate(&world);
    assert_eq!(rotated.active.to_string(), spare, "the key that was published ahead of its time");
    let after = world.sign_in("alice", None);
    for grant in [&before, &after] {
        world.enter(grant);
        enter(&node, grant).unwrap();
    }
    rotate(&world);
    let latest = world.sign_in("alice", None);
    world.advance(MINUTE);
    enter(&node, &latest).unwrap();
    assert_eq!(published(&world).len(), 4);
    let renewed = block_on(node.refresh(&call(), &before.tokens.refresh_token)).unwrap();
    world.enter(&renewed);
}

#[test]
fn a_retired_key_is_published_until_its_tokens_are_over() {
    // TOK-02
    let world = World::new();
    rotate(&world);
    assert_eq!(published(&world).len(), 3);
    world.advance(31 * DAY);
    block_on(world.identity.reload_keys()).unwrap();
    assert_eq!(published(&world).len(), 2);
}

#[test]
fn two_rotations_at_once_are_one_or_follow_one_another() {
    // TOK-02
    let world = World::new();
    let node = world.another_node();
    let call = call();
    let (one, other) = block_on(futures::future::join(world.identity.rotate_keys(&call), node.rotate_keys(&call)));
    let made = [&one, &other].into_iter().filter(|outcome| outcome.is_ok()).count();
    block_on(world.identity.reload_keys()).unwrap();
    assert_eq!(published(&world).len(), 2 + made);
}

#[test]
fn keys_are_made_once_and_survive_a_restart() {
    // TOK-02
    let world = World::new();
    world.user("alice", &["user"]);
    let grant = world.sign_in("alice", None);
    let restarted = world.another_node();
    assert_eq!(restarted.published_keys(), world.identity.published_keys());
    enter(&restarted, &grant).unwrap();
}

#[test]
fn a_shared_secret_is_not_rotated() {
    // TOK-02
    let secret = cardkey_domain::Secret::new(vec![1; 32]);
    let world = World::with(|settings| settings.signing = TokenSigning::Hs256(secret));
    assert!(matches!(block_on(world.identity.rotate_keys(&call())), Err(RotateKeysError::NotInUse)));
}
