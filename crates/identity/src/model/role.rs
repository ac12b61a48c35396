use cardkey_domain::{Permission, RoleName, Text, Timestamp};

/// A role made by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomRole {
    /// Its name; unique, and never that of a built-in role.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<Text<200>>,
    /// What it may do.
    pub permissions: Vec<Permission>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
