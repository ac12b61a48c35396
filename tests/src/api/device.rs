use serde_json::{Value, json};

/// What a client tells of machine number so-and-so: serial numbers of the form of real ones.
#[must_use]
pub fn device(number: usize) -> Value {
    let [.., high, middle, low] = number.to_be_bytes();
    json!({
        "cpu_id": format!("BFEBFBFF{number:08X}"),
        "motherboard_id": format!("PF2XK{number:07}"),
        "mac_address": format!("3C:52:82:{high:02X}:{middle:02X}:{low:02X}"),
        "name": format!("DESKTOP-{number:06}"),
        "os": "Windows 11",
    })
}
