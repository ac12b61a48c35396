//! Nobody grants what they do not hold, and nobody changes an account that holds more (RBAC-01).

use cardkey_domain::RoleName;
use cardkey_events::StoreError;

use crate::UnitOfWork;
use crate::model::PermissionSet;

/// What roles amount to, and those that do not exist: they allow nothing.
pub(crate) struct Grants {
    pub(crate) permissions: PermissionSet,
    pub(crate) unknown: Vec<RoleName>,
}

impl Grants {
    /// As the unit of work sees them. Custom roles stay as they are until it ends.
    pub(crate) async fn of(work: &mut dyn UnitOfWork, roles: &[RoleName]) -> Result<Self, StoreError> {
        let mut permissions = PermissionSet::default();
        let mut custom = Vec::new();
        for role in roles {
            match role.built_in_permissions() {
                Some(built_in) => permissions.extend(built_in),
                None => custom.push(role.clone()),
            }
        }
        let held = if custom.is_empty() { Vec::new() } else { work.roles().hold(&custom).await? };
        let unknown = custom.into_iter().filter(|name| held.iter().all(|role| role.name != *name)).collect();
        permissions.extend(held.into_iter().flat_map(|role| role.permissions));
        Ok(Self { permissions, unknown })
    }
}

/// Sorted, each once.
pub(crate) fn tidy(mut roles: Vec<RoleName>) -> Vec<RoleName> {
    roles.sort_unstable();
    roles.dedup();
    roles
}
