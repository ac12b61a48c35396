use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Entropy, Timestamp};

/// An identifier: a UUIDv7 in a type of its own. Sortable by time of making, never a secret.
pub trait Id: Copy + Eq + Ord + fmt::Display + Send + Sync + 'static {
    /// A new identifier. Sub-millisecond time fills `rand_a` (RFC 9562 section 6.2, method 3), so that order follows the clock's microseconds.
    fn mint(now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self::from_uuid(uuid_v7(now, entropy))
    }

    /// Wraps a UUID that is known to name this kind of thing.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID itself.
    fn uuid(self) -> Uuid;
}

fn uuid_v7(now: Timestamp, entropy: &dyn Entropy) -> Uuid {
    let micros = now.micros().unsigned_abs();
    let (millis, rest) = (micros / 1_000, micros % 1_000);
    let fraction = rest * 4_096 / 1_000;
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes[8..]);
    bytes[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    bytes[6..8].copy_from_slice(&fraction.to_be_bytes()[6..]);
    bytes[6] = (bytes[6] & 0x0F) | 0x70;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    Uuid::from_bytes(bytes)
}

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )+};
}

id! {
    /// An account.
    UserId,
    /// A signed-in device of an account.
    SessionId,
    /// A group of accounts.
    GroupId,
    /// A desktop application whose use is licensed.
    AppId,
    /// A batch of card keys generated together.
    BatchId,
    /// A card key, whatever its code.
    CardKeyId,
    /// What a redeemed card key became.
    LicenceId,
    /// A machine known to an app.
    DeviceId,
    /// One device bound to one licence.
    SeatId,
    /// An entry of the blacklist.
    BlacklistId,
    /// Something said to many.
    AnnouncementId,
    /// A key that signs tokens or verdicts; its text form is the `kid`.
    SigningKeyId,
    /// Something that happened.
    EventId,
    /// A row of the audit log.
    AuditId,
    /// A client that is connected.
    ConnectionId,
}
