//! Roles: the built-in ones, and custom ones made of named permissions (RBAC-01).

use cardkey_domain::{Permission, RoleName, Text};
use cardkey_events::{Call, Constraint, Deed, StoreError, record};
use serde::{Deserialize, Serialize};

use crate::Identity;
use crate::model::{CustomRole, PermissionSet};

/// A role to be made, or what one is to become.
#[derive(Debug, Clone)]
pub struct RoleDraft {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<Text<200>>,
    /// What it may do.
    pub permissions: PermissionSet,
}

/// A role as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<String>,
    /// The names of what it may do.
    pub permissions: Vec<String>,
    /// Whether it exists without being made and cannot be changed.
    pub built_in: bool,
}

/// Why a role is not made, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// There is no such custom role.
    #[error("there is no such custom role")]
    NotFound,
    /// The name is taken.
    #[error("the name is taken")]
    NameTaken,
    /// A built-in role cannot be changed.
    #[error("a built-in role cannot be changed")]
    BuiltIn,
    /// It would be able to do what its maker may not.
    #[error("nobody grants what they do not hold")]
    GrantsTooMuch,
    /// Accounts hold it.
    #[error("accounts hold the role")]
    Held,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl Identity {
    /// Every role, the built-in ones first.
    pub async fn roles(&self) -> Result<Vec<Role>, StoreError> {
        let built_in = RoleName::BUILT_IN.iter().filter_map(|name| RoleName::parse(name).ok()).map(|name| Role {
            permissions: names(name.built_in_permissions().into_iter().flatten()),
            name,
            description: None,
            built_in: true,
        });
        let custom = self.store.read().roles().await?.into_iter().map(|role| Role {
            name: role.name,
            description: role.description.map(|text| text.to_string()),
            permissions: names(role.permissions),
            built_in: false,
        });
        Ok(built_in.chain(custom).collect())
    }

    /// Makes a role. `held` is what its maker may do.
    pub async fn create_role(&self, call: &Call, held: PermissionSet, draft: RoleDraft) -> Result<Role, RoleError> {
        refuse_built_in(&draft.name)?;
        if !held.covers(draft.permissions) {
            return Err(RoleError::GrantsTooMuch);
        }
        let now = self.ambient.now();
        let (role, granted) = (Role::of(&draft), draft.permissions);
        let mut work = self.store.begin().await?;
        work.roles().insert(&custom(draft, now)).await?;
        let deed = Deed::done("role.create").to("role", &role.name).with("permissions", granted);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        call.finish(work, &role, now).await?;
        Ok(role)
    }

    /// Changes what a role may do; those who have it feel it at once.
    pub async fn change_role(&self, call: &Call, held: PermissionSet, draft: RoleDraft) -> Result<Role, RoleError> {
        refuse_built_in(&draft.name)?;
        let now = self.ambient.now();
        let (role, granted) = (Role::of(&draft), draft.permissions);
        let mut work = self.store.begin().await?;
        let before = work.roles().hold(std::slice::from_ref(&draft.name)).await?;
        let before: PermissionSet = before.first().ok_or(RoleError::NotFound)?.permissions.iter().copied().collect();
        if !held.covers(draft.permissions.without(before)) {
            return Err(RoleError::GrantsTooMuch);
        }
        if !work.roles().update(&custom(draft, now)).await? {
            return Err(RoleError::NotFound);
        }
        let deed = Deed::done("role.change")
            .to("role", &role.name)
            .with("permissions", granted)
            .with("permissions_before", before);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        call.finish(work, &role, now).await?;
        self.callers.forget_all();
        Ok(role)
    }

    /// Deletes a role that nobody has.
    pub async fn delete_role(&self, call: &Call, name: &RoleName) -> Result<(), RoleError> {
        refuse_built_in(name)?;
        let mut work = self.store.begin().await?;
        if work.roles().hold(std::slice::from_ref(name)).await?.is_empty() {
            return Err(RoleError::NotFound);
        }
        if !work.roles().delete_unheld(name).await? {
            return Err(RoleError::Held);
        }
        let deed = Deed::done("role.delete").to("role", name);
        record(&mut *work, &self.ambient, call, deed, Vec::new()).await?;
        call.finish(work, &(), self.ambient.now()).await?;
        Ok(())
    }
}

impl Role {
    fn of(draft: &RoleDraft) -> Self {
        Self {
            name: draft.name.clone(),
            description: draft.description.as_ref().map(Text::to_string),
            permissions: names(draft.permissions.iter()),
            built_in: false,
        }
    }
}

fn custom(draft: RoleDraft, now: cardkey_domain::Timestamp) -> CustomRole {
    CustomRole {
        name: draft.name,
        description: draft.description,
        permissions: draft.permissions.iter().collect(),
        created_at: now,
        updated_at: now,
    }
}

fn refuse_built_in(name: &RoleName) -> Result<(), RoleError> {
    if name.built_in_permissions().is_some() { Err(RoleError::BuiltIn) } else { Ok(()) }
}

fn names(permissions: impl IntoIterator<Item = Permission>) -> Vec<String> {
    permissions.into_iter().map(|permission| permission.to_string()).collect()
}

impl From<StoreError> for RoleError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(Constraint::RoleName) => Self::NameTaken,
            other => Self::Store(other),
        }
    }
}

#[cfg(test)]
mod tests;
