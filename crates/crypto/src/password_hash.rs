use std::str::FromStr;

use bcrypt::HashParts;
use cardkey_domain::{Entropy, Password};
use data_encoding::BASE64;
use ring::digest::{SHA384, digest};
use zeroize::Zeroizing;

/// Marks hashes of our own form: bcrypt over base64(SHA-384(password)).
const OWN_FORM: &str = "v1:";
/// What bcrypt reads of a password.
const BCRYPT_LIMIT: usize = 72;
/// An imported hash of a higher cost would keep a hashing thread busy for seconds at each try.
const HIGHEST_IMPORTED_COST: u32 = 16;

/// Hashes passwords with bcrypt, of which nothing is ever truncated (AUTH-04).
///
/// bcrypt reads 72 bytes and stops at a NUL. A password is therefore brought to 64 base64 characters of its SHA-384 first; the result
/// is kept as `v1:` and a `$2b$` hash. Plain `$2a$`, `$2b$` and `$2y$` hashes from elsewhere verify as they are and ask to be replaced:
/// what another system cut off is lost until then, so of a long password they hold the first 72 bytes.
///
/// Each call keeps one core busy (about a quarter of a second at cost 12): call it on a pool made for it.
#[derive(Debug, Clone)]
pub struct PasswordHasher {
    cost: u32,
    dummy: String,
}

/// bcrypt knows costs from 4 to 31; above 16 nobody could sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cost of password hashes must be 4 to {HIGHEST_IMPORTED_COST}, not {0}")]
pub struct InvalidCost(pub u32);

/// What came of checking a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// Whether it is the right password.
    pub matches: bool,
    /// Whether it is right and should now be hashed anew: the hash has another form or another cost than new ones.
    pub upgrade: bool,
}

impl PasswordHasher {
    /// A hasher of a cost: the work is 2^cost.
    pub fn new(cost: u32) -> Result<Self, InvalidCost> {
        if !is_bearable(cost) {
            return Err(InvalidCost(cost));
        }
        // Well-formed, and the hash of no password that anyone will find.
        let dummy = format!("{OWN_FORM}$2b${cost:02}${}", ".".repeat(53));
        Ok(Self { cost, dummy })
    }

    /// The hash to keep, with a salt from `entropy`.
    #[must_use]
    pub fn hash(&self, password: &Password, entropy: &dyn Entropy) -> String {
        let mut salt = [0; 16];
        entropy.fill(&mut salt);
        let parts = bcrypt::hash_with_salt(condensed(password).as_bytes(), self.cost, salt);
        format!("{OWN_FORM}{}", parts.expect("the cost was checked when the hasher was made"))
    }

    /// Checks a password against a kept hash. A hash that cannot be read, or a password that it cannot hold, costs the same time and
    /// does not match.
    #[must_use]
    pub fn verify(&self, password: &Password, stored: &str) -> Verification {
        let matches = match Stored::read(stored) {
            Some(Stored::Own(hash)) => bcrypt_matches(condensed(password).as_bytes(), hash),
            Some(Stored::Plain(hash)) if !password.expose().contains('\0') => {
                bcrypt_matches(read_elsewhere(password), hash)
            }
            _ => {
                bcrypt_matches(condensed(password).as_bytes(), &self.dummy[OWN_FORM.len()..]);
                false
            }
        };
        Verification { matches, upgrade: matches && !self.is_as_new(stored) }
    }

    /// A hash that no password fits, of the cost of real ones: what an unknown user's password is checked against (AUTH-06).
    #[must_use]
    pub fn dummy_hash(&self) -> &str {
        &self.dummy
    }

    /// Whether a text can be kept as the hash of an imported account: plain bcrypt (not the broken `$2x$`) of a bearable cost.
    #[must_use]
    pub fn is_importable(stored: &str) -> bool {
        matches!(Stored::read(stored), Some(Stored::Plain(_)))
    }

    fn is_as_new(&self, stored: &str) -> bool {
        matches!(Stored::read(stored), Some(Stored::Own(hash)) if cost_of(hash) == Some(self.cost))
    }
}

enum Stored<'a> {
    Own(&'a str),
    Plain(&'a str),
}

impl<'a> Stored<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (hash, read): (_, fn(&'a str) -> Self) = match text.strip_prefix(OWN_FORM) {
            Some(hash) => (hash, Self::Own),
            None => (text, Self::Plain),
        };
        let known = ["$2a$", "$2b$", "$2y$"].iter().any(|version| hash.starts_with(version));
        (known && cost_of(hash).is_some_and(is_bearable)).then(|| read(hash))
    }
}

fn is_bearable(cost: u32) -> bool {
    (4..=HIGHEST_IMPORTED_COST).contains(&cost)
}

fn cost_of(hash: &str) -> Option<u32> {
    HashParts::from_str(hash).ok().map(|parts| parts.get_cost())
}

fn condensed(password: &Password) -> Zeroizing<String> {
    Zeroizing::new(BASE64.encode(digest(&SHA384, password.expose().as_bytes()).as_ref()))
}

/// What the system that made a plain hash saw of the password. One with a NUL is never asked for: bcrypt repeats a password and its NUL
/// up to 72 bytes, so that `a` and `a\0a` would be the same.
fn read_elsewhere(password: &Password) -> &[u8] {
    let bytes = password.expose().as_bytes();
    &bytes[..bytes.len().min(BCRYPT_LIMIT)]
}

fn bcrypt_matches(password: &[u8], hash: &str) -> bool {
    bcrypt::verify(password, hash).unwrap_or(false)
}

#[cfg(test)]
mod tests;
