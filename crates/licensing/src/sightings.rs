use crate::Sighting;

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
