use cardkey_domain::Timestamp;

/// What failures are counted by: the keyed hash of a sign-in name and, for a device its account already uses, of that device. Names
/// that belong to nobody are counted just the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LockoutBucket(pub [u8; 32]);

/// How often sign-in failed in a row, and until when it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lockout {
    /// Consecutive failures.
    pub failures: u32,
    /// Until when sign-in is refused.
    pub locked_until: Option<Timestamp>,
}
