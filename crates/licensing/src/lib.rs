//! Licensing: apps, card keys, licences, seats, devices and the signed verdicts about them.
//!
//! [`Licensing`] is the service; each use case is a file (`activate.rs`, `verify.rs`, …) that opens a unit of work, writes through the
//! ports of `ports.rs`, records what happened and commits. `model/` holds what the ports speak of. Nothing here knows a database, HTTP or
//! a runtime, so another Rust service can link this crate, give it a store of its own and issue or check verdicts.

#![deny(missing_docs)]

pub mod model;
mod ports;

pub use ports::{
    AppRepository, BatchRepository, BlacklistRepository, CardKeyFilter, CardKeyRepository, DeviceFilter,
    DeviceRepository, LicenceOverview, LicenceRepository, LicenceStanding, Reader, Sighting, SigningKeyRepository,
    Store, UnitOfWork,
};
