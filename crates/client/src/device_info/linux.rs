use std::fs;
use std::path::Path;

use super::DeviceInfo;

/// Reads what the kernel and the distribution tell everybody, below `root`.
pub(super) fn collect(root: &Path) -> DeviceInfo {
    let line = |path: &str| read(&root.join(path));
    DeviceInfo {
        cpu_id: fs::read_to_string(root.join("proc/cpuinfo")).ok().and_then(|text| cpu_id(&text)),
        // The board's serial is for root alone on most systems.
        motherboard_id: line("sys/class/dmi/id/board_serial").or_else(|| line("sys/class/dmi/id/product_uuid")),
        mac_address: mac_address(&root.join("sys/class/net")),
        disk_id: None,
        machine_id: line("etc/machine-id").or_else(|| line("var/lib/dbus/machine-id")),
        name: line("proc/sys/kernel/hostname"),
        os: fs::read_to_string(root.join("etc/os-release")).ok().and_then(|text| os_name(&text)),
    }
}

fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The serial that ARM boards give; elsewhere maker, family, model and stepping, as x86 processors have no readable serial.
fn cpu_id(cpuinfo: &str) -> Option<String> {
    let field = |name: &str| {
        cpuinfo.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    if let Some(serial) = field("Serial").filter(|serial| serial.chars().any(|digit| digit != '0')) {
        return Some(serial);
    }
    let parts: Vec<_> = ["vendor_id", "cpu family", "model", "stepping"].into_iter().filter_map(field).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

/// The first interface of real hardware with an address given by its maker. Bridges, tunnels, containers and randomised addresses change.
fn mac_address(interfaces: &Path) -> Option<String> {
    let mut names: Vec<_> = fs::read_dir(interfaces).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    names.sort();
    names.iter().filter(|interface| interface.join("device").exists()).find_map(|interface| {
        let address = read(&interface.join("address"))?;
        let first = u8::from_str_radix(address.get(..2)?, 16).ok()?;
        // IEEE 802: the second lowest bit marks addresses that are not the maker's.
        let is_makers = first & 0b10 == 0 && address.bytes().any(|byte| !matches!(byte, b'0' | b':'));
        is_makers.then_some(address)
    })
}

fn os_name(os_release: &str) -> Option<String> {
    let value = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim_matches('"').to_owned())
}
