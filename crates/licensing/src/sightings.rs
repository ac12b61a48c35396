use std::net::IpAddr;

use cardkey_domain::{DeviceId, Text, Timestamp};

/// A device was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub device: DeviceId,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub ip: Option<IpAddr>,
    /// What it said of itself, where it did.
    pub status: Option<Text<64>>,
}

impl Sighting {
    /// Becomes the later of this one and another of the same device; what only one of them tells stays.
    pub fn follow(&mut self, other: Self) {
        let earlier = if self.at <= other.at { std::mem::replace(self, other) } else { other };
        self.ip = self.ip.or(earlier.ip);
        if self.status.is_none() {
            self.status = earlier.status;
        }
    }
}

/// Hears of every device that shows itself. Sightings are many and a little loss is allowed (DEV-04), so whoever hears of them gathers
/// them and writes them down together through [`crate::Licensing::note_sightings`].
pub trait Sightings: Send + Sync {
    /// A device was seen.
    fn note(&self, sighting: Sighting);
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSightings;

impl Sightings for NoSightings {
    fn note(&self, _: Sighting) {}
}
