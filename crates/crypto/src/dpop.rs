use serde::{Deserialize, Serialize};

use crate::jws::{self, Compact, Header};
use crate::provider::RingSigner;
use crate::{Jwk, LONGEST_TOKEN, PublicKey, SigningKey, TokenError};

/// The `typ` of a proof.
pub const PROOF_TYPE: &str = "dpop+jwt";

/// A proof of possession (DPoP, RFC 9449 section 4): that whoever sent a request holds a device's private key.
///
/// A `Proof` has a good signature by the key it carries. That the key is the right one, that the proof is fresh, made for this request
/// and not seen before, is for the caller to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The key that signed.
    pub key: PublicKey,
    /// What it says.
    pub claims: ProofClaims,
}

/// What a proof says (RFC 9449 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofClaims {
    /// An identifier that is used once.
    pub jti: String,
    /// The request's method.
    pub htm: String,
    /// The request's address without query and fragment.
    pub htu: String,
    /// When it was made, in seconds since the Unix epoch.
    pub iat: i64,
    /// What the server asked to be repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// SHA-256 of the token that goes with the request, in base64url.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ath: Option<String>,
}

/// Why a text is not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not a token, or one of another type or algorithm, or with claims missing, or with a signature that does not fit.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The key it carries is missing, of another kind, or contains its private half.
    #[error("the proof's key is not an Ed25519 public key")]
    Key,
}

#[derive(Serialize)]
struct ProofHeader {
    typ: &'static str,
    alg: &'static str,
    jwk: Jwk,
}

#[derive(Deserialize)]
struct KeyHeader {
    jwk: Option<CarriedKey>,
}

#[derive(Deserialize)]
struct CarriedKey {
    #[serde(flatten)]
    jwk: Jwk,
    /// Must be absent (RFC 9449 section 4.3, check 7).
    d: Option<serde::de::IgnoredAny>,
}

impl Proof {
    /// Makes a proof with a device's key.
    #[must_use]
    pub fn sign(key: &SigningKey, claims: &ProofClaims) -> String {
        let header = ProofHeader { typ: PROOF_TYPE, alg: "EdDSA", jwk: Jwk::bare(&key.public_key()) };
        jws::sign(&RingSigner::EdDsa(key.clone()), &header, claims)
    }

    /// Reads a proof and checks its signature with the key it carries.
    pub fn parse(text: &str) -> Result<Self, ProofError> {
        if text.len() > LONGEST_TOKEN {
            return Err(TokenError::TooLong.into());
        }
        let compact = Compact::split(text)?;
        compact.header::<Header>()?.check("EdDSA", PROOF_TYPE)?;
        let carried = compact.header::<KeyHeader>().map_err(|_| ProofError::Key)?.jwk.ok_or(ProofError::Key)?;
        if carried.d.is_some() {
            return Err(ProofError::Key);
        }
        let key = carried.jwk.public_key().map_err(|_| ProofError::Key)?;
        if !key.verifies(compact.signed.as_bytes(), &compact.signature()?) {
            return Err(TokenError::Signature.into());
        }
        Ok(Self { key, claims: compact.claims()? })
    }

    /// The thumbprint of the key that signed, to be compared with the one that a licence or token is bound to.
    #[must_use]
    pub fn jkt(&self) -> String {
        self.key.thumbprint()
    }

    /// Whether the proof was made for a request: the method to the letter, the address without query and fragment, scheme and host in
    /// any case (RFC 9449 section 4.3, checks 8 and 9).
    #[must_use]
    pub fn is_for(&self, method: &str, url: &str) -> bool {
        self.claims.htm == method && normalised(&self.claims.htu) == normalised(url)
    }
}

/// Lower-case scheme and authority, and the path as it is; no query, no fragment.
fn normalised(url: &str) -> (String, &str) {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let authority = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let path = url[authority..].find('/').map_or(url.len(), |slash| authority + slash);
    let (origin, path) = url.split_at(path);
    (origin.to_ascii_lowercase(), if path.is_empty() { "/" } else { path })
}

#[cfg(test)]
mod tests;
