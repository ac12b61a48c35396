/// Why a store could not do what was asked. The only error that crosses a port.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A constraint held: somebody else was first.
    #[error("conflict on {0:?}")]
    Conflict(Constraint),
    /// The database cannot be reached, is too busy, or broke off a transaction; trying again may help.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else: a bug or a damaged row.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StoreError {
    /// A row that cannot be read back: it holds what no code of ours writes.
    #[must_use]
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::Backend(what.into().into())
    }

    /// Whether this is a conflict on the given constraint.
    #[must_use]
    pub fn is_conflict(&self, constraint: Constraint) -> bool {
        matches!(self, Self::Conflict(held) if *held == constraint)
    }
}

/// What races are decided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constraint {
    /// Two accounts of one name.
    UserName,
    /// Two accounts of one email address.
    Email,
    /// Two custom roles of one name.
    RoleName,
    /// Two card keys of one code.
    CardKeyCode,
    /// Two licences of one card key.
    LicenceOfCardKey,
    /// Two devices of one fingerprint in an app.
    DeviceFingerprint,
    /// One device twice on a licence.
    SeatDevice,
    /// Two devices on one seat.
    SeatNumber,
    /// A second trial on a device.
    Trial,
    /// Two announcements of one source.
    AnnouncementSource,
    /// Two groups of one name.
    GroupName,
    /// Two replies to one idempotency key.
    Receipt,
    /// A row that was to be changed was not as it had been seen.
    Stale,
    /// Any other unique constraint or primary key.
    Other,
}
