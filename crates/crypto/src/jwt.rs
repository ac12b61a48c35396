//! JSON Web Tokens (RFC 7519) of exactly one algorithm and one type each.
//!
//! jsonwebtoken gives the header, the algorithms and the signer and verifier traits, on the ring backend of `provider`. Its `encode`
//! and `decode` are not used on the hot path: they parse the key for every token, and read the wall clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use cardkey_domain::{Secret, Timestamp};
use jsonwebtoken::Header as TokenHeader;
use jsonwebtoken::crypto::JwtSigner;
use ring::hmac;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::jws::{Compact, Header, sign};
use crate::provider::{self, RingSigner, RingVerifier};
use crate::{JwkSet, PublicKey, SignatureMemory, SigningKey, TokenError};

/// No token of ours comes near this many bytes; longer ones are refused unread.
pub const LONGEST_TOKEN: usize = 16 * 1024;

/// Makes tokens with one key.
pub struct Signer {
    kid: Option<String>,
    key: RingSigner,
    memory: Option<Arc<SignatureMemory>>,
}

impl Signer {
    /// Signs with Ed25519 and names the key.
    #[must_use]
    pub fn eddsa(kid: &str, key: &SigningKey) -> Self {
        provider::install();
        Self { kid: Some(kid.to_owned()), key: RingSigner::EdDsa(key.clone()), memory: None }
    }

    /// Signs with a shared secret, which has no name.
    #[must_use]
    pub fn hs256(secret: &Secret<Vec<u8>>) -> Self {
        provider::install();
        Self { kid: None, key: RingSigner::Hs256(hmac::Key::new(hmac::HMAC_SHA256, secret.expose())), memory: None }
    }

    /// Tells a memory of what is signed, so that verifiers which share it need not check it even once. For EdDSA; HS256 is as fast.
    #[must_use]
    pub fn remembering(self, memory: Arc<SignatureMemory>) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// A token of a type over claims, which must be a structure or a map with text keys.
    #[must_use]
    pub fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> String {
        let mut header = TokenHeader::new(self.key.algorithm());
        header.typ = Some(typ.to_owned());
        header.kid.clone_from(&self.kid);
        let token = sign(&self.key, &header, claims);
        if let (Some(memory), RingSigner::EdDsa(key)) = (&self.memory, &self.key) {
            memory.note(&key.public_key(), &token);
        }
        token
    }
}

/// Checks tokens against a set of keys and one algorithm.
pub struct Verifier {
    keys: Keys,
    memory: Option<Arc<SignatureMemory>>,
}

enum Keys {
    Named(HashMap<String, RingVerifier>),
    Secret(RingVerifier),
}

impl Verifier {
    /// Accepts EdDSA tokens that name one of the keys.
    pub fn eddsa(keys: impl IntoIterator<Item = (String, PublicKey)>) -> Self {
        provider::install();
        let keys = keys.into_iter().map(|(kid, key)| (kid, RingVerifier::EdDsa(key))).collect();
        Self { keys: Keys::Named(keys), memory: None }
    }

    /// Accepts EdDSA tokens that name one of the published keys.
    #[must_use]
    pub fn published(keys: &JwkSet) -> Self {
        Self::eddsa(keys.usable())
    }

    /// Accepts HS256 tokens made with the secret.
    #[must_use]
    pub fn hs256(secret: &Secret<Vec<u8>>) -> Self {
        provider::install();
        let key = RingVerifier::Hs256(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
        Self { keys: Keys::Secret(key), memory: None }
    }

    /// Remembers good EdDSA signatures, for tokens that are shown again and again. HS256 costs no more than remembering would.
    #[must_use]
    pub fn remembering(self, memory: Arc<SignatureMemory>) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// The claims of a token that has the type, the algorithm, a known key and a good signature. What the claims say – issuer,
    /// audience, times – is for the caller to judge.
    pub fn verify<T: DeserializeOwned>(&self, typ: &str, token: &str) -> Result<T, TokenError> {
        let compact = split(token)?;
        let header: Header = compact.header()?;
        header.check(self.keys.algorithm(), typ)?;
        let key = self.keys.find(header.kid.as_deref()).ok_or(TokenError::UnknownKey)?;
        let signature = compact.signature()?;
        let check = || key.verifies(compact.signed.as_bytes(), &signature);
        let genuine = match (&self.memory, key) {
            (Some(memory), RingVerifier::EdDsa(key)) => memory.vouches(key, token, check),
            _ => check(),
        };
        if genuine { compact.claims() } else { Err(TokenError::Signature) }
    }
}

impl Keys {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Named(_) => "EdDSA",
            Self::Secret(_) => "HS256",
        }
    }

    fn find(&self, kid: Option<&str>) -> Option<&RingVerifier> {
        match (self, kid) {
            (Self::Named(keys), Some(kid)) => keys.get(kid),
            (Self::Secret(key), None) => Some(key),
            _ => None,
        }
    }
}

/// The claims of a token without any check: to find out whose key would check it. Never to be trusted.
pub fn unverified_claims<T: DeserializeOwned>(token: &str) -> Result<T, TokenError> {
    split(token)?.claims()
}

/// Refuses a genuine token before its `nbf` or from its `exp` on (RFC 7519 section 4.1), with some leeway for clocks that differ.
pub fn check_lifetime(nbf: Option<i64>, exp: i64, now: Timestamp, leeway: Duration) -> Result<(), TokenError> {
    let (starts, ends) = (Timestamp::from_seconds(nbf.unwrap_or(0)), Timestamp::from_seconds(exp));
    if now.plus(leeway) < starts {
        return Err(TokenError::NotYetValid(starts));
    }
    if now >= ends.plus(leeway) { Err(TokenError::Expired(ends)) } else { Ok(()) }
}

fn split(token: &str) -> Result<Compact<'_>, TokenError> {
    if token.len() > LONGEST_TOKEN { Err(TokenError::TooLong) } else { Compact::split(token) }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({:?} {})", self.key.algorithm(), self.kid.as_deref().unwrap_or("-"))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({})", self.keys.algorithm())
    }
}

#[cfg(test)]
mod tests;
