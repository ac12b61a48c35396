use std::fmt;
use std::str::FromStr;

use cardkey_domain::{SigningKeyId, Timestamp};

/// A key that signs tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenKeyRecord {
    /// Its identifier; its text is the `kid`.
    pub id: SigningKeyId,
    /// Where it stands.
    pub state: TokenKeyState,
    /// The public half.
    pub public_key: [u8; 32],
    /// The seed, encrypted under the context `signing_keys.seed:<id>`.
    pub sealed_seed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was retired; its tokens are good until they end.
    pub retired_at: Option<Timestamp>,
}

/// Where a signing key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKeyState {
    /// It signs.
    Active,
    /// It is published and will sign after the next rotation.
    Spare,
    /// It signs no more; what it signed is still good.
    Retired,
}

impl TokenKeyState {
    /// The text in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Spare => "spare",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for TokenKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TokenKeyState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Spare, Self::Retired].into_iter().find(|state| state.as_str() == text).ok_or(())
    }
}
