use std::fmt;

use serde::{Deserialize, Serialize};

/// What a client sends so that it knows the answer to be fresh; comes back unchanged in the verdict. 1 to 128 visible characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nonce(String);

/// The text is empty, too long, or holds spaces or control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nonce is 1 to 128 visible characters")]
pub struct InvalidNonce;

impl Nonce {
    /// Checks a nonce.
    pub fn parse(text: &str) -> Result<Self, InvalidNonce> {
        let visible = text.chars().all(|c| !c.is_control() && !c.is_whitespace());
        if visible && (1..=128).contains(&text.chars().count()) { Ok(Self(text.to_owned())) } else { Err(InvalidNonce) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Nonce {
    type Error = InvalidNonce;

    fn try_from(text: String) -> Result<Self, InvalidNonce> {
        Self::parse(&text)
    }
}

impl From<Nonce> for String {
    fn from(nonce: Nonce) -> Self {
        nonce.0
    }
}
