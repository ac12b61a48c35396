use cardkey_crypto::base64url;
use cardkey_crypto::{PublicKey, SigningKey, from_base64url, hex};
use cardkey_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Link;

/// The server's word that the chain stood so at a moment. Its place is also the number of rows up to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last row that it covers.
    pub link: Link,
    /// When.
    pub at: Timestamp,
    /// Which key signed.
    pub kid: String,
    /// The Ed25519 signature.
    pub signature: Vec<u8>,
}

/// The key that signs checkpoints and archives.
#[derive(Debug, Clone)]
pub struct ChainKey {
    kid: String,
    key: SigningKey,
}

/// What is signed by a key of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) kid: String,
    pub(crate) signature: Vec<u8>,
}

impl ChainKey {
    /// Names the key by its thumbprint (RFC 7638).
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self { kid: key.public_key().thumbprint(), key }
    }

    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What checks its signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.key.public_key()
    }

    pub(crate) fn sign(&self, message: &str) -> Signed {
        Signed { kid: self.kid.clone(), signature: self.key.sign(message.as_bytes()).to_vec() }
    }
}

impl Checkpoint {
    /// Signs that the chain stands so.
    #[must_use]
    pub fn take(link: Link, at: Timestamp, key: &ChainKey) -> Self {
        let Signed { kid, signature } = key.sign(&message(&link, at));
        Self { link, at, kid, signature }
    }

    /// Whether the key signed exactly this.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(message(&self.link, self.at).as_bytes(), &self.signature)
    }
}

fn message(link: &Link, at: Timestamp) -> String {
    format!("cardkey-audit-checkpoint-1\n{}\n{}\n{}", link.seq, hex(&link.hash), at.micros())
}

/// A checkpoint as it stands outside the database, a line each, with the key that checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The public part of the key that signed.
    pub public_key: PublicKey,
}

#[derive(Serialize, Deserialize)]
struct Line {
    seq: u64,
    hash: String,
    at: Timestamp,
    kid: String,
    public_key: String,
    signature: String,
}

impl Anchor {
    /// The line, without its end.
    #[must_use]
    pub fn to_line(&self) -> String {
        let Checkpoint { link, at, kid, signature } = &self.checkpoint;
        let line = Line {
            seq: link.seq,
            hash: hex(&link.hash),
            at: *at,
            kid: kid.clone(),
            public_key: self.public_key.to_string(),
            signature: base64url(signature),
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads a line; `None` where it is none of ours.
    #[must_use]
    pub fn parse(line: &str) -> Option<Self> {
        let line: Line = serde_json::from_str(line).ok()?;
        let link = Link { seq: line.seq, hash: from_hex(&line.hash)? };
        let signature = from_base64url(&line.signature).ok()?;
        let public_key = PublicKey::parse(&line.public_key).ok()?;
        (public_key.thumbprint() == line.kid).then_some(())?;
        Some(Self { checkpoint: Checkpoint { link, at: line.at, kid: line.kid, signature }, public_key })
    }
}

/// Reads 32 bytes in lower-case hex.
pub(crate) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    (hex(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use cardkey_domain::Secret;

    use super::*;

    fn key(byte: u8) -> ChainKey {
        ChainKey::new(SigningKey::from_seed(&Secret::new([byte; 32])))
    }

    // AUD-06
    #[test]
    fn a_checkpoint_holds_for_its_place_hash_and_time_and_for_its_key_alone() {
        let (ours, other) = (key(1), key(2));
        let taken = Checkpoint::take(Link { seq: 7, hash: [3; 32] }, Timestamp::from_seconds(9), &ours);
        assert!(taken.is_signed_by(&ours.public_key()));
        assert!(!taken.is_signed_by(&other.public_key()));
        let moved = Checkpoint { link: Link { seq: 8, ..taken.link }, ..taken.clone() };
        let changed = Checkpoint { link: Link { hash: [4; 32], ..taken.link }, ..taken.clone() };
        let later = Checkpoint { at: Timestamp::from_seconds(10), ..taken.clone() };
        for forged in [moved, changed, later] {
            assert!(!forged.is_signed_by(&ours.public_key()));
        }
    }

    // AUD-06
    #[test]
    fn an_anchor_is_read_as_it_was_written_and_nothing_else_is_one() {
        let ours = key(1);
        let checkpoint = Checkpoint::take(Link { seq: 7, hash: [0xAB; 32] }, Timestamp::from_seconds(9), &ours);
        let anchor = Anchor { checkpoint, public_key: ours.public_key() };
        let line = anchor.to_line();
        assert_eq!(Anchor::parse(&line), Some(anchor));
        let upper = line.replace("abab", "ABAB");
        for other in ["", "{}", "7", &line[1..], &line.replace("\"seq\":7", "\"seq\":-7"), &upper] {
            assert_eq!(Anchor::parse(other), None, "{other}");
        }
    }
}
