//! Which serial numbers identify nothing: what vendors leave in the firmware, and what virtual machines make up (DEV-01).

use crate::model::Component;

/// No serial number is longer; what is, was made up.
const LONGEST: usize = 256;

/// What firmware holds where nobody filled in a serial, in lower case with single spaces.
const PLACEHOLDERS: &[&str] = &[
    "default string",
    "default",
    "to be filled by o.e.m.",
    "to be filled by oem",
    "to be filled by o.e.m",
    "o.e.m.",
    "oem",
    "none",
    "null",
    "nil",
    "n/a",
    "na",
    "not applicable",
    "not available",
    "not specified",
    "not settable",
    "not present",
    "unknown",
    "undefined",
    "invalid",
    "empty",
    "void",
    "no asset tag",
    "no serial number",
    "system serial number",
    "base board serial number",
    "baseboard serial number",
    "chassis serial number",
    "board serial number",
    "serial number",
    "serial",
    "system product name",
    "system manufacturer",
    "type1productconfigid",
    "type2 - board serial number",
    "mb-1234567890",
    "empty string",
    "asset-1234567890",
    "sernum",
    "test",
    "sample",
    "0123456789",
    "1234567890",
    "123456789",
    "12345678",
    "0123456789abcdef",
    "123456789abcdef",
    "vmware",
    "virtualbox",
    "parallels",
    "qemu",
    "innotek gmbh",
    // UUIDs that whole series of boards share
    "03000200-0400-0500-0006-000700080009",
    "12345678-1234-5678-90ab-cddeefaabbcc",
];

/// Addresses of virtual network interfaces. QEMU/KVM (52:54:00) and Docker (02:42) are locally administered, hence caught as such.
const VIRTUAL_PREFIXES: &[[u8; 3]] = &[
    [0x00, 0x50, 0x56],
    [0x00, 0x0C, 0x29],
    [0x00, 0x05, 0x69],
    [0x00, 0x1C, 0x14], // VMware
    [0x08, 0x00, 0x27], // VirtualBox
    [0x00, 0x15, 0x5D],
    [0x00, 0x03, 0xFF], // Hyper-V, Virtual PC
    [0x00, 0x1C, 0x42], // Parallels
    [0x00, 0x16, 0x3E], // Xen
    [0x00, 0x18, 0x51], // SWsoft, Virtuozzo
    [0x00, 0xFF, 0x00], // TAP adapters
];

/// The normal form of a component, if it identifies anything.
pub(crate) fn identifying(component: Component, given: &str) -> Option<String> {
    if given.len() > LONGEST {
        return None;
    }
    match component {
        Component::MacAddress => mac(given),
        _ => serial(given),
    }
}

fn serial(given: &str) -> Option<String> {
    let normal = given.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    let lower = normal.to_ascii_lowercase();
    let mut marks = lower.chars().filter(|c| c.is_alphanumeric());
    let first = marks.next()?;
    let repeats = marks.all(|mark| mark == first);
    if repeats || normal.chars().any(char::is_control) || PLACEHOLDERS.contains(&lower.as_str()) {
        return None;
    }
    Some(normal)
}

/// Twelve hex digits, however they are grouped.
fn mac(given: &str) -> Option<String> {
    let digits: String = given.chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    if digits.len() != 12 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes = u64::from_str_radix(&digits, 16).ok()?.to_be_bytes();
    let (vendor, own) = ([bytes[2], bytes[3], bytes[4]], &bytes[5..]);
    // IEEE 802: bit 0 of the first byte is set in group addresses, bit 1 in those that software made up.
    let made_up = bytes[2] & 0b11 != 0;
    let blank = vendor == [0; 3] || own == [0; 3] || digits.bytes().all(|digit| digit == digits.as_bytes()[0]);
    if made_up || blank || VIRTUAL_PREFIXES.contains(&vendor) { None } else { Some(digits.to_ascii_uppercase()) }
}
