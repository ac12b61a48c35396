use cardkey_domain::{EventId, Timestamp};

use crate::{Actor, Happening};

/// Something that happened, as it stands in the outbox: the envelope around a [`Happening`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unique; handlers are idempotent by it.
    pub id: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// Who made it happen.
    pub actor: Actor,
    /// The request in which it happened.
    pub request_id: String,
    /// What happened.
    pub happening: Happening,
}
