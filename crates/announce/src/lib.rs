//! Announcements: what an operator says to everybody, to the users of apps, to groups or to named accounts, and who has taken note of it.
//!
//! [`Announcements`] is the service; each use case is a file (`create.rs`, `publish.rs`, `inbox.rs`, …) that opens a unit of work, writes
//! through the ports of `ports.rs`, records what happened and commits. `live.rs` holds what clients are sent while they are connected: an
//! entry of the one ordered log ([`LiveEntry`]), to whom it goes ([`LiveAudience`]) and who may see it ([`Reader`]). Publishing writes the
//! announcement and its entry in one unit, so a client that was away reads on from where it stopped. `model.rs` holds what the ports speak
//! of, `memory/` the ports in memory. Nothing here knows a database, HTTP, a socket or an async runtime, and nothing holds a list of
//! accounts: audiences are resolved by the store.

mod create;
mod due;
mod edit;
mod gather;
mod inbox;
mod live;
mod lookup;
mod maintenance;
mod markdown;
pub mod memory;
pub mod model;
mod note;
mod notices;
mod ports;
mod preview;
mod publish;
mod reach;
mod service;
mod statistics;
#[cfg(test)]
mod testing;
mod withdraw;

pub use create::{AnnouncementDraft, CreateError, Publication};
pub use edit::{EditAnnouncement, EditError, Editor};
pub use inbox::Inbox;
pub use live::{Epoch, LiveAudience, LiveEntry, LiveHead, LiveKind, LiveRow, Reader, Seq};
pub use lookup::Shown;
pub use note::{NoteError, Noted};
pub use ports::{AnnouncementReader, AnnouncementRepository, LiveLog, LiveReader, MarkRepository, Store, UnitOfWork};
pub use publish::{PublishError, wire};
pub use service::Announcements;
pub use statistics::{Statistics, StatisticsError};
pub use withdraw::WithdrawError;
