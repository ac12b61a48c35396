use cardkey_domain::{DeviceId, Validity};

use super::*;
use crate::testing::{World, block_on, device};

const MINUTE: u64 = 60;

fn world_with(devices: u32) -> (World, Vec<DeviceId>) {
    let world = World::new();
    let activate = |number| {
        let code = world.card_key(Validity::Permanent);
        world.activate(&code, &device(number)).unwrap().device_id
    };
    let devices = (0..devices).map(activate).collect();
    (world, devices)
}

impl World {
    fn mark_silent(&self) -> usize {
        block_on(self.licensing.mark_silent(&self.operator())).unwrap()
    }

    fn see(&self, device: DeviceId) {
        let sighting = Sighting { device, at: self.now(), ip: None, status: None };
        block_on(self.licensing.note_sightings(&self.operator(), &[sighting])).unwrap();
    }

    fn told(&self, name: &str) -> usize {
        self.happenings().iter().filter(|happening| happening.name() == name).count()
    }
}

#[test]
fn a_device_is_offline_after_15_minutes_of_silence_and_that_is_told_once() {
    // DEV-04
    let (world, devices) = world_with(2);
    world.pass(15 * MINUTE);
    assert_eq!(world.mark_silent(), 0);
    world.see(devices[1]);
    world.pass(1);
    assert_eq!(world.mark_silent(), 1);
    assert_eq!(world.mark_silent(), 0);
    assert_eq!(world.told("device.offline"), 1);
    assert_eq!(world.deeds().iter().filter(|deed| *deed == "device.mark_offline").count(), 1);

    world.see(devices[0]);
    world.see(devices[0]);
    assert_eq!(world.told("device.online"), 1);
    world.pass(15 * MINUTE + 1);
    assert_eq!(world.mark_silent(), 2);
    assert_eq!(world.told("device.offline"), 3);
}

#[test]
fn a_device_that_was_seen_in_between_is_passed_over_and_the_others_are_not() {
    // DEV-04
    let (world, devices) = world_with(3);
    world.pass(15 * MINUTE + 1);
    let silent = block_on(world.licensing.read().devices_silent(world.now(), 10)).unwrap();
    world.see(devices[1]);
    block_on(world.licensing.mark_each(&world.operator(), &silent, Went::Offline)).unwrap();
    assert_eq!(world.told("device.offline"), 2);
    assert_eq!(block_on(world.licensing.read().devices_offline(&devices)).unwrap().len(), 2);
}

#[test]
fn many_silent_devices_are_marked_a_chunk_at_a_time() {
    // DEV-04
    let (world, _) = world_with(CHUNK + 5);
    world.pass(15 * MINUTE + 1);
    assert_eq!([world.mark_silent(), world.mark_silent(), world.mark_silent()], [CHUNK as usize, 5, 0]);
    assert_eq!(world.told("device.offline"), CHUNK as usize + 5);
}
