//! Compact JWS (RFC 7515 section 7.1), taken apart and put together; what the parts mean is decided in `jwt` and `dpop`.

use jsonwebtoken::signature::Signer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::provider::RingSigner;
use crate::{TokenError, base64url, from_base64url};

/// A compact JWS in its parts. Nothing of it is trusted yet.
pub(crate) struct Compact<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// What the signature is over: header, dot, payload.
    pub(crate) signed: &'a str,
}

impl<'a> Compact<'a> {
    pub(crate) fn split(token: &'a str) -> Result<Self, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        Ok(Self { header, payload, signature, signed })
    }

    pub(crate) fn header<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        let json = from_base64url(self.header).map_err(|_| TokenError::Malformed)?;
        serde_json::from_slice(&json).map_err(|_| TokenError::Malformed)
    }

    /// An Ed25519 signature fills 64 bytes, HMAC-SHA-256 32.
    pub(crate) fn signature(&self) -> Result<Vec<u8>, TokenError> {
        from_base64url(self.signature).map_err(|_| TokenError::Malformed)
    }

    pub(crate) fn claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        let json = from_base64url(self.payload).map_err(|_| TokenError::Malformed)?;
        serde_json::from_slice(&json).map_err(|_| TokenError::Claims)
    }
}

/// The header members that every token of ours must have right.
#[derive(Deserialize)]
pub(crate) struct Header {
    alg: String,
    typ: Option<String>,
    pub(crate) kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

impl Header {
    /// Refuses another algorithm, another type, and extensions that would have to be understood (RFC 7515 section 4.1.11).
    pub(crate) fn check(&self, alg: &str, typ: &str) -> Result<(), TokenError> {
        if self.alg != alg {
            return Err(TokenError::Algorithm);
        }
        if self.crit.is_some() {
            return Err(TokenError::Malformed);
        }
        if self.typ.as_deref() == Some(typ) { Ok(()) } else { Err(TokenError::Type) }
    }
}

/// Signs a header and claims.
pub(crate) fn sign(key: &RingSigner, header: &impl Serialize, claims: &impl Serialize) -> String {
    let mut token = json_part(header);
    token.push('.');
    token.push_str(&json_part(claims));
    let signature = key.try_sign(token.as_bytes()).expect("ring signs any message");
    token.push('.');
    token.push_str(&base64url(&signature));
    token
}

fn json_part(value: &impl Serialize) -> String {
    base64url(&serde_json::to_vec(value).expect("headers and claims are plain structures with text keys"))
}
