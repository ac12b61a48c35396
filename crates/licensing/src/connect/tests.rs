use cardkey_domain::{BlacklistSubject, Validity};

use super::*;
use crate::testing::{World, block_on, device, text};
use crate::{Activate, Activated, Nonce, ShutOut};

fn redeemed(world: &World) -> (cardkey_domain::CardKeyCode, Activated) {
    let code = world.card_key(Validity::Days { days: 30 });
    let activated = world.activate(&code, &device(1)).unwrap();
    (code, activated)
}

fn connect(world: &World, verdict: &str) -> Result<Connected, ConnectError> {
    block_on(world.licensing.connect(&world.call(world.customer), verdict, None))
}

fn held(world: &World, activated: &Activated) -> Result<Connected, ConnectError> {
    block_on(world.licensing.still_connected(activated.licence_id, activated.device_id, None))
}

#[test]
fn a_verdict_lets_its_program_hold_a_connection_for_its_owner() {
    // WS-01
    let world = World::new();
    let (_, activated) = redeemed(&world);
    let connected = connect(&world, &activated.verdict).unwrap();
    assert_eq!(connected.owner_id, world.customer);
    assert_eq!((connected.licence_id, connected.device_id), (activated.licence_id, activated.device_id));
    assert_eq!(held(&world, &activated).unwrap(), connected);
    for forged in ["", "x.y.z", &activated.verdict[..activated.verdict.len() - 4]] {
        assert!(matches!(connect(&world, forged), Err(ConnectError::VerdictInvalid)), "{forged}");
    }
}

#[test]
fn what_ends_a_licence_ends_the_connection() {
    // WS-01, DEV-05
    type Change = fn(&World, &cardkey_domain::CardKeyCode, &Activated);
    let changes: [(VerdictCode, Change); 4] = [
        (VerdictCode::Disabled, |world, code, _| {
            block_on(world.licensing.disable(&world.operator(), world.id_of(code))).unwrap();
        }),
        (VerdictCode::DeviceUnbound, |world, code, activated| {
            let device = Some(activated.device_id);
            block_on(world.licensing.unbind(&world.operator(), world.id_of(code), device)).unwrap();
        }),
        (VerdictCode::Expired, |world, _, _| world.pass(31 * 86_400)),
        (VerdictCode::Blacklisted, |world, _, activated| {
            let subject = BlacklistSubject::Device(activated.device_id);
            let entry = ShutOut { subject, reason: text("shared"), until: None };
            block_on(world.licensing.shut_out(&world.operator(), entry)).unwrap();
        }),
    ];
    for (expected, change) in changes {
        let world = World::new();
        let (code, activated) = redeemed(&world);
        held(&world, &activated).unwrap();
        change(&world, &code, &activated);
        assert!(matches!(held(&world, &activated), Err(ConnectError::Refused(code)) if code == expected), "{expected}");
        assert!(matches!(connect(&world, &activated.verdict), Err(ConnectError::Refused(code)) if code == expected));
    }
}

#[test]
fn a_device_with_a_key_proves_that_it_has_it() {
    // WS-01, DEV-08
    let world = World::new();
    let code = world.card_key(Validity::Permanent);
    let key = cardkey_crypto::SigningKey::generate(world.ambient.entropy());
    let activation = Activate {
        user_id: world.customer,
        code,
        device_info: device(1),
        nonce: Some(Nonce::parse("first").unwrap()),
        device_public_key: Some(key.public_key()),
    };
    let activated = block_on(world.licensing.activate(&world.call(world.customer), activation)).unwrap();
    let refused = connect(&world, &activated.verdict);
    assert!(matches!(refused, Err(ConnectError::Refused(VerdictCode::ProofRequired))));
}
