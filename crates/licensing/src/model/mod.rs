//! What the ports speak of: the rows of licensing as values.

mod app;
mod batch;
mod blacklist;
mod card_key;
mod device;
mod licence;
mod maintenance;
mod signing_key;

pub use app::{App, AppPolicy, AppStatus, DeviceMatching, PolicyChange};
pub use batch::{Batch, BatchStatus};
pub use blacklist::BlacklistEntry;
pub use card_key::{CardKey, CardKeyEvent, CardKeyState, IllegalTransition, NewCardKey};
pub use device::{Component, ComponentHash, Device, Fingerprint};
pub use licence::{Licence, Seat};
pub use maintenance::Maintenance;
pub use signing_key::{SigningKeyRecord, SigningKeyState};
