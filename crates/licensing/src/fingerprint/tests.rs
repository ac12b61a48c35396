use cardkey_domain::{Secret, SeededEntropy, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::testing::device;

fn key() -> LookupKey {
    LookupKey::new(&Secret::new([3; 32]))
}

fn app(number: u64) -> AppId {
    AppId::mint(Timestamp::EPOCH, &SeededEntropy::new(number))
}

fn exact(info: &DeviceInfo) -> Result<Identified, Unidentifiable> {
    identify(&key(), app(1), DeviceMatching::Exact, info)
}

#[test]
fn the_same_machine_is_the_same_however_its_serials_are_written() {
    // DEV-01
    let tidy = DeviceInfo {
        cpu_id: Some("BFEBFBFF000906EA".into()),
        motherboard_id: Some("PF123456".into()),
        mac_address: Some("00:1A:2B:3C:4D:5E".into()),
        ..DeviceInfo::default()
    };
    let untidy = DeviceInfo {
        cpu_id: Some(" bfebfbff000906ea\n".into()),
        motherboard_id: Some("pf123456".into()),
        mac_address: Some("001a.2b3c.4d5e".into()),
        name: Some(Text::parse("laptop").unwrap()),
        os: Some(Text::parse("Windows 11").unwrap()),
        ..DeviceInfo::default()
    };
    assert_eq!(exact(&tidy), exact(&untidy));
    assert_eq!(exact(&tidy).unwrap().fingerprint.0.len(), 64);
}

#[test]
fn components_hash_the_same_in_every_app_and_fingerprints_do_not() {
    // DEV-01, DEV-06
    let (one, other) = [1, 2].map(|n| identify(&key(), app(n), DeviceMatching::Exact, &device(1)).unwrap()).into();
    assert_eq!(one.components, other.components);
    assert_ne!(one.fingerprint, other.fingerprint);
}

#[test]
fn a_serial_is_not_mistaken_for_that_of_another_component() {
    // DEV-01
    let as_cpu = DeviceInfo { cpu_id: Some("AB12".into()), ..DeviceInfo::default() };
    let as_board = DeviceInfo { motherboard_id: Some("AB12".into()), ..DeviceInfo::default() };
    assert_ne!(exact(&as_cpu).unwrap().fingerprint, exact(&as_board).unwrap().fingerprint);
    assert_ne!(exact(&as_cpu).unwrap().components[0].hash, exact(&as_board).unwrap().components[0].hash);
}

#[test]
fn the_legacy_fingerprint_is_md5_of_the_serials_as_they_were_given() {
    // DEV-01
    let info = DeviceInfo {
        cpu_id: Some("cpu ".into()),
        motherboard_id: Some("Board".into()),
        mac_address: Some("00:1a:2b:3c:4d:5e".into()),
        ..DeviceInfo::default()
    };
    let identified = identify(&key(), app(1), DeviceMatching::LegacyMd5, &info).unwrap();
    assert_eq!(identified.fingerprint.0, legacy_md5_hex(b"cpu Board00:1a:2b:3c:4d:5e"));
    assert_eq!(identified.fingerprint.matching(), DeviceMatching::LegacyMd5);
}

#[test]
fn what_vendors_and_virtual_machines_make_up_identifies_nothing() {
    // DEV-01
    let serials = [
        "",
        " ",
        "Default string",
        "DEFAULT  STRING",
        "To be filled by O.E.M.",
        "None",
        "0",
        "00000000",
        "0000-0000",
        "ffffffff",
        "XXXXXXXX",
        "....",
        "N/A",
        "1234567890",
        "System Serial Number",
        "\u{0}",
        "AB\u{7}12",
        "03000200-0400-0500-0006-000700080009",
    ];
    let macs = [
        "",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "00:0C:29:12:34:56",
        "00:50:56:12:34:56",
        "08:00:27:12:34:56",
        "52:54:00:12:34:56",
        "00:15:5D:12:34:56",
        "00:1C:42:12:34:56",
        "02:42:ac:11:00:02",
        "0A:00:27:00:00:00",
        "44:44:44:44:44:44",
        "01:00:5E:00:00:01",
        "00:1A:2B:00:00:00",
        "not an address",
        "00:1A:2B:3C:4D",
        "0123456789ABCDEF",
    ];
    for serial in serials {
        for part in [Component::CpuId, Component::MotherboardId, Component::DiskId, Component::MachineId] {
            assert_eq!(junk::identifying(part, serial), None, "{serial:?}");
        }
    }
    for mac in macs {
        assert_eq!(junk::identifying(Component::MacAddress, mac), None, "{mac:?}");
    }
    assert_eq!(junk::identifying(Component::CpuId, &"A1".repeat(129)), None, "too long");
    for real in ["BFEBFBFF000906EA", "PF1AB2CD", "/8YXK2N2/CNWS20098G00Z1/", "主板1234"] {
        assert!(junk::identifying(Component::MotherboardId, real).is_some(), "{real:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_identified_or_named_as_junk(cpu in ".{0,300}", board in ".{0,40}", mac in "[0-9a-fA-F:.-]{0,20}") {
        // TEST-02
        let info = DeviceInfo {
            cpu_id: Some(cpu), motherboard_id: Some(board), mac_address: Some(mac), ..DeviceInfo::default()
        };
        match exact(&info) {
            Ok(identified) => prop_assert_eq!(identified.components.len() + identified.junk.len(), 3),
            Err(error) => prop_assert_eq!(error.junk.len(), 3),
        }
        prop_assert_eq!(exact(&info), exact(&info));
    }

    #[test]
    fn one_other_serial_is_another_machine(one in "[A-Z2-9]{8}", other in "[A-Z2-9]{8}") {
        // TEST-02
        let with = |serial: String| DeviceInfo { motherboard_id: Some(serial), ..device(1) };
        let same = one == other;
        prop_assume!(junk::identifying(Component::MotherboardId, &one).is_some());
        prop_assume!(junk::identifying(Component::MotherboardId, &other).is_some());
        prop_assert_eq!(exact(&with(one)).unwrap().fingerprint == exact(&with(other)).unwrap().fingerprint, same);
    }
}
