use std::fmt;

use cardkey_domain::Permission;
use cardkey_events::{Auditable, Fact};

/// What somebody may do: a set of permissions in one word, since every request asks it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Permission::ALL.iter().copied().collect()
    }

    /// Whether the permission is in it.
    #[must_use]
    pub fn holds(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether all of `other` is in it.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// What is in it and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// What is in it, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.holds(*permission))
    }
}

fn bit(permission: Permission) -> u64 {
    1 << permission as u32
}

const _: () = assert!(Permission::ALL.len() <= 64, "a permission set is one word");

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, permission| set | bit(permission)))
    }
}

impl Extend<Permission> for PermissionSet {
    fn extend<I: IntoIterator<Item = Permission>>(&mut self, permissions: I) {
        self.0 |= permissions.into_iter().collect::<Self>().0;
    }
}

impl Auditable for PermissionSet {
    fn fact(&self) -> Fact {
        Fact::list(self.iter())
    }
}

impl fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::as_str)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_covers_what_is_in_it_and_nothing_else() {
        // RBAC-01
        let readers: PermissionSet = [Permission::UsersRead, Permission::AuditRead].into_iter().collect();
        assert!(readers.holds(Permission::AuditRead) && !readers.holds(Permission::UsersWrite));
        assert!(PermissionSet::all().covers(readers) && !readers.covers(PermissionSet::all()));
        assert!(readers.covers(PermissionSet::default()));
        assert_eq!(readers.iter().collect::<Vec<_>>(), [Permission::UsersRead, Permission::AuditRead]);
        assert!(!PermissionSet::all().without(readers).holds(Permission::UsersRead));
        assert_eq!(PermissionSet::all().iter().count(), Permission::ALL.len());
    }
}
