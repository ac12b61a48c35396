use cardkey_crypto::{SigningKey, unverified_claims};
use cardkey_domain::Validity;

use super::*;
use crate::testing::{World, activation, block_on, device};
use crate::{Activate, Activated, VerdictClaims};

fn command(world: &World, activated: &Activated, number: u32) -> Reissue {
    Reissue {
        user_id: world.customer,
        licence_id: activated.licence_id,
        device_info: device(number),
        nonce: None,
        device_public_key: None,
        proof: None,
    }
}

fn ask(world: &World, command: Reissue) -> Result<Verified, ReissueError> {
    block_on(world.licensing.reissue(&world.call(command.user_id), command))
}

#[test]
fn the_owner_gets_a_lost_verdict_again_on_a_bound_device_alone() {
    // LIC-04, CARD-08
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let activated = world.activate(&code, &device(1)).unwrap();
    world.pass(400 * 86_400);
    let answer = ask(&world, command(&world, &activated, 1)).unwrap();
    assert!(answer.valid);
    assert!(world.verify(&answer.verdict, &device(1)).unwrap().valid);
    assert!(matches!(ask(&world, command(&world, &activated, 2)), Err(ReissueError::NotBound)));
    let strangers = Reissue { user_id: world.stranger, ..command(&world, &activated, 1) };
    assert!(matches!(ask(&world, strangers), Err(ReissueError::NotFound)));
    assert_eq!(world.deeds().last().map(String::as_str), Some("licence.reissue_verdict"));
}

#[test]
fn a_disabled_licence_gets_a_refusal() {
    // CARD-08
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let activated = world.activate(&code, &device(1)).unwrap();
    block_on(world.licensing.disable(&world.operator(), world.id_of(&code))).unwrap();
    let answer = ask(&world, command(&world, &activated, 1)).unwrap();
    assert_eq!((answer.valid, answer.code), (false, VerdictCode::Disabled));
}

#[test]
fn a_device_that_lost_its_key_brings_a_new_one() {
    // DEV-08
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let key = || SigningKey::generate(world.ambient.entropy()).public_key();
    let first = Activate { device_public_key: Some(key()), ..activation(world.customer, &code, &device(1)) };
    let activated = block_on(world.licensing.activate(&world.call(world.customer), first)).unwrap();
    assert_eq!(ask(&world, command(&world, &activated, 1)).unwrap().code, VerdictCode::ProofRequired);
    let new = key();
    let answer = ask(&world, Reissue { device_public_key: Some(new), ..command(&world, &activated, 1) }).unwrap();
    let claims: VerdictClaims = unverified_claims(&answer.verdict).unwrap();
    assert_eq!(claims.cnf.unwrap().jkt, new.thumbprint());
    let (_, seats) = block_on(world.licensing.device(activated.device_id)).unwrap().unwrap();
    assert_eq!(seats.len(), 2, "the old binding is history");
    assert_eq!(world.verify(&answer.verdict, &device(1)).unwrap().code, VerdictCode::ProofRequired);
}
