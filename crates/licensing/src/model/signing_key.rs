use std::fmt;
use std::str::FromStr;

use cardkey_domain::{AppId, SigningKeyId, Timestamp};

/// A key that signs an app's verdicts (APP-07).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Its identifier; its text is the `kid`.
    pub id: SigningKeyId,
    /// The app.
    pub app_id: AppId,
    /// Where it stands.
    pub state: SigningKeyState,
    /// The public half.
    pub public_key: [u8; 32],
    /// The seed, encrypted under the context `signing_keys.seed:<id>`.
    pub sealed_seed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Where a signing key stands. One signs, one spare is published ahead of its time, retired ones stay published for old verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyState {
    /// It signs.
    Active,
    /// It is published and will sign after the next rotation.
    Spare,
    /// It signs no more; what it signed is still good.
    Retired,
}

impl SigningKeyState {
    /// The text in the database and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Spare => "spare",
            Self::Retired => "retired",
        }
    }
}

impl fmt::Display for SigningKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SigningKeyState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Active, Self::Spare, Self::Retired].into_iter().find(|s| s.as_str() == text).ok_or(())
    }
}
