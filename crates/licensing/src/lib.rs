//! Licensing: apps, card keys, licences, seats, devices and the signed verdicts about them.
//!
//! [`Licensing`] is the service; each use case is a file (`activate.rs`, `verify.rs`, …) that opens a unit of work, writes through the
//! ports of `ports.rs`, records what happened and commits. `model/` holds what the ports speak of. Nothing here knows a database, HTTP or
//! a runtime, so another Rust service can link this crate, give it a store of its own and issue or check verdicts: see
//! `examples/issue_and_check.rs`. [`VerdictChecker`] needs no store at all.

#![deny(missing_docs)]

mod activate;
mod apps;
mod batches;
mod blacklist;
mod cache;
mod card_keys;
mod change;
mod check;
mod connect;
mod devices;
mod expire;
mod export;
mod fingerprint;
mod heartbeat;
mod issue;
mod judge;
mod junk;
mod keyring;
mod licences;
mod maintenance;
pub mod memory;
pub mod model;
mod nonce;
mod operate;
mod ports;
mod presence;
mod proof;
mod question;
mod reissue;
mod remind;
mod service;
mod sightings;
mod unbind_own;
mod verdict;
mod verify;

pub use activate::{Activate, ActivateError, Activated};
pub use apps::{AppError, ChangeApp, RegisterApp};
pub use batches::{AT_ONCE, CHUNK, CancelError, LARGEST_BATCH, OrderBatch, OrderError};
pub use blacklist::{Blacklist, LiftError, ShutOut, ShutOutError};
pub use cache::{Cache, NoCache};
pub use card_keys::{CardKeyDetail, CardKeyQuery, RevealError, Revealed};
pub use change::ChangeError;
pub use check::{CheckError, Expectation, Lease, VerdictChecker};
pub use connect::{ConnectError, Connected};
pub use export::{Export, ExportError};
pub use fingerprint::{DeviceInfo, Identified, Unidentifiable, identify};
pub use heartbeat::{Heard, Heartbeat};
pub use issue::Verified;
pub use keyring::Keyring;
pub use maintenance::{MaintenanceError, PlanMaintenance, UnderMaintenance};
pub use nonce::{InvalidNonce, Nonce};
pub use operate::Extension;
pub use ports::{
    AppRepository, BatchRepository, BlacklistRepository, CardKeyFilter, CardKeyRepository, DeviceFilter,
    DeviceRepository, LicenceOverview, LicenceRepository, LicenceStanding, MaintenanceRepository, Reader,
    SigningKeyRepository, Store, UnitOfWork,
};
pub use proof::{PresentedProof, ProofMemory, RecentProofs};
pub use question::VerifyError;
pub use reissue::{Reissue, ReissueError};
pub use service::Licensing;
pub use sightings::{NoSightings, Sighting, Sightings};
pub use unbind_own::{Later, UnbindOwn, UnbindOwnError, UnboundOwn};
pub use verdict::{Confirmation, VERDICT_TYPE, VerdictClaims, VerdictCode};
pub use verify::Verify;

#[cfg(test)]
mod testing;
