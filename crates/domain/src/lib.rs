//! The nouns of Cardkey: identifiers, value types and the two outside sources (clock and entropy) that everything above is handed.
//!
//! A value of one of these types is right: it was parsed once, at the edge. Nothing here does I/O, knows a database, HTTP or a cipher.

#![deny(missing_docs)]

mod ambient;
mod blacklist_subject;
mod card_key_code;
mod clock;
mod email;
mod entropy;
mod id;
mod page;
mod password;
mod permission;
mod presence;
mod role;
mod secret;
mod text;
mod user_name;
mod validity;

pub use ambient::Ambient;
pub use blacklist_subject::{BlacklistSubject, InvalidSubject};
pub use card_key_code::{CardKeyCode, InvalidCardKey, MaskedCardKey};
pub use clock::{Clock, InvalidTimestamp, ManualClock, Timestamp};
pub use email::{Email, InvalidEmail};
pub use entropy::{Entropy, SeededEntropy};
pub use id::{
    AnnouncementId, AppId, AuditId, BatchId, BlacklistId, CardKeyId, ConnectionId, DeviceId, EventId, GroupId, Id,
    LicenceId, SeatId, SessionId, SigningKeyId, UserId,
};
pub use page::{Cursor, InvalidPage, Page, PageRequest};
pub use password::{Password, PasswordPolicy, PasswordRule};
pub use permission::Permission;
pub use presence::OFFLINE_AFTER;
pub use role::{InvalidRoleName, RoleName};
pub use secret::Secret;
pub use text::{InvalidText, Text};
pub use user_name::{InvalidUserName, UserName};
pub use validity::{InvalidValidity, Validity};
