use cardkey_identity::Role;
use serde::Serialize;
use utoipa::ToSchema;

/// A role and what it may do.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleView {
    name: String,
    description: Option<String>,
    permissions: Vec<String>,
    /// Whether it exists without being made and cannot be changed.
    built_in: bool,
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        let Role { name, description, permissions, built_in } = role;
        Self { name: name.into(), description, permissions, built_in }
    }
}
