use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// The name an account signs in with: 3 to 64 letters, digits, `.`, `_` or `-`, in any script. Compared without regard to case.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UserName(String);

/// The text is not a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user name is 3 to 64 letters, digits, dots, dashes or underscores")]
pub struct InvalidUserName;

impl UserName {
    /// Normalises (NFKC) and checks.
    pub fn parse(text: &str) -> Result<Self, InvalidUserName> {
        if text.len() > 512 {
            return Err(InvalidUserName);
        }
        let name: String = text.trim().nfkc().collect();
        let well_formed = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'));
        if (3..=64).contains(&name.chars().count()) && well_formed { Ok(Self(name)) } else { Err(InvalidUserName) }
    }

    /// The name as it was chosen.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that is unique and looked up.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for UserName {
    type Error = InvalidUserName;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<UserName> for String {
    fn from(name: UserName) -> Self {
        name.0
    }
}
