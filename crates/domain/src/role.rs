use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Permission;

/// The name of a role, built in or custom: 2 to 32 of a–z, 0–9 and `_`, starting with a letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(String);

/// The text is not a role name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role name is 2 to 32 lower-case letters, digits or underscores and starts with a letter")]
pub struct InvalidRoleName;

impl RoleName {
    /// The role that holds every permission; the last account with it cannot be disabled or lose it.
    pub const SUPER_ADMIN: &'static str = "super_admin";
    /// The role of a customer.
    pub const USER: &'static str = "user";

    /// The roles that exist without being made.
    pub const BUILT_IN: [&'static str; 6] = [Self::SUPER_ADMIN, "admin", "operator", "auditor", "agent", Self::USER];

    /// Checks a name.
    pub fn parse(text: &str) -> Result<Self, InvalidRoleName> {
        let well_formed = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        if (2..=32).contains(&text.len()) && well_formed && starts_well {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidRoleName)
        }
    }

    /// The role of every permission.
    #[must_use]
    pub fn super_admin() -> Self {
        Self(Self::SUPER_ADMIN.to_owned())
    }

    /// The role of a customer.
    #[must_use]
    pub fn user() -> Self {
        Self(Self::USER.to_owned())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a built-in role may do; `None` for a custom one, whose permissions stand in the database.
    #[must_use]
    pub fn built_in_permissions(&self) -> Option<Vec<Permission>> {
        use Permission as P;
        let all = || P::ALL.iter().copied();
        match self.0.as_str() {
            Self::SUPER_ADMIN => Some(all().collect()),
            "admin" => Some(all().filter(|p| !matches!(p, P::RolesWrite | P::SystemRotateKeys)).collect()),
            "operator" => Some(vec![
                P::AppsRead,
                P::AppsMaintain,
                P::CardKeysRead,
                P::CardKeysGenerate,
                P::CardKeysExport,
                P::CardKeysWrite,
                P::DevicesRead,
                P::BlacklistRead,
                P::BlacklistWrite,
                P::GroupsRead,
                P::AnnouncementsRead,
                P::AnnouncementsWrite,
                P::AnnouncementsPublish,
                P::DashboardRead,
            ]),
            "auditor" => Some(all().filter(|p| p.as_str().ends_with(":read")).collect()),
            "agent" | Self::USER => Some(Vec::new()),
            _ => None,
        }
    }
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for RoleName {
    type Error = InvalidRoleName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<RoleName> for String {
    fn from(name: RoleName) -> Self {
        name.0
    }
}
