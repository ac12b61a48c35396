use std::fs;
use std::path::Path;

use super::*;

fn put(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn linux_tells_what_everybody_may_read() {
    // DEV-01
    let root = tempfile::tempdir().unwrap();
    let root = root.path();
    put(
        root,
        "proc/cpuinfo",
        "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 154\nstepping\t: 3\n",
    );
    put(root, "etc/machine-id", "0f1e2d3c4b5a69788796a5b4c3d2e1f0\n");
    put(root, "etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
    put(root, "sys/class/net/lo/address", "00:00:00:00:00:00\n");
    put(root, "sys/class/net/docker0/address", "02:42:ac:11:00:02\n");
    put(root, "sys/class/net/eth0/device/vendor", "0x8086\n");
    put(root, "sys/class/net/eth0/address", "d8:bb:c1:00:11:22\n");
    put(root, "sys/class/net/wlan0/device/vendor", "0x8086\n");
    put(root, "sys/class/net/wlan0/address", "3e:11:22:33:44:55\n");
    let info = linux::collect(root);
    assert_eq!(info.cpu_id.as_deref(), Some("GenuineIntel-6-154-3"));
    assert_eq!(info.motherboard_id, None);
    assert_eq!(info.mac_address.as_deref(), Some("d8:bb:c1:00:11:22"));
    assert_eq!(info.machine_id.as_deref(), Some("0f1e2d3c4b5a69788796a5b4c3d2e1f0"));
    assert_eq!(info.os.as_deref(), Some("Debian GNU/Linux 12"));
}

#[test]
fn a_system_that_tells_nothing_is_noticed() {
    // DEV-01
    let root = tempfile::tempdir().unwrap();
    let info = linux::collect(root.path());
    assert_eq!(info, DeviceInfo::default());
    assert!(info.identifies_nothing());
}

#[test]
fn names_for_people_do_not_make_another_computer_but_components_do() {
    // DEV-01
    let info = DeviceInfo { cpu_id: Some("a".into()), machine_id: Some("b".into()), ..DeviceInfo::default() };
    let renamed = DeviceInfo { name: Some("desk".into()), os: Some("x".into()), ..info.clone() };
    assert_eq!(info.digest(), renamed.digest());
    let shifted = DeviceInfo { cpu_id: Some("ab".into()), machine_id: None, ..DeviceInfo::default() };
    assert_ne!(info.digest(), shifted.digest());
}
