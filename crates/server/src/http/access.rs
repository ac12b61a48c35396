use cardkey_domain::Permission;

/// Who may call a route. Each row of the route table states it; there is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody. What identifies the caller, if anything, is in the request itself (a licence, a refresh token).
    Public,
    /// Whoever is signed in and has no password to change first.
    SignedIn,
    /// Whoever is signed in, even with a password that must be changed first (AUTH-02).
    PendingPassword,
    /// Whoever is signed in with a role that holds the permission.
    Permission(Permission),
}

pub(crate) use Access::{PendingPassword, Permission as May, Public, SignedIn};
