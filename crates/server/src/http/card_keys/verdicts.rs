//! What activation, verification and reissue have in common: what clients send beside the device, and the verdict they get.

use cardkey_crypto::PublicKey;
use cardkey_licensing::{Nonce, PresentedProof, Verified};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::extract::Visitor;
use crate::http::fault::Fault;

/// A signed verdict with what it says.
#[derive(Serialize, ToSchema)]
pub(crate) struct VerdictView {
    /// Whether the app may run.
    valid: bool,
    /// `VALID`, or why not.
    code: &'static str,
    /// When the licence ends; null where time does not end it.
    expires_at: Option<String>,
    /// A compact JWS of type `cardkey-verdict+jwt`: the only part that a client may trust.
    verdict: String,
}

impl From<Verified> for VerdictView {
    fn from(verified: Verified) -> Self {
        Self {
            valid: verified.valid,
            code: verified.code.as_str(),
            expires_at: verified.expires_at.map(|end| end.to_string()),
            verdict: verified.verdict,
        }
    }
}

/// A nonce, where there is one.
pub(in crate::http) fn nonce(text: Option<&str>) -> Result<Option<Nonce>, Fault> {
    text.map(Nonce::parse).transpose().map_err(|_| Fault::Malformed)
}

/// A device's public key, where there is one.
pub(in crate::http) fn device_key(text: Option<&str>) -> Result<Option<PublicKey>, Fault> {
    text.map(PublicKey::parse).transpose().map_err(|_| Fault::Malformed)
}

/// The proof of possession in the `DPoP` header (RFC 9449 section 4.1), where there is one. It must name the address as the outside knows
/// it, or the host that the request itself names.
pub(in crate::http) fn possession(visitor: &Visitor) -> Option<PresentedProof> {
    let jws = visitor.header("dpop")?.to_owned();
    let (method, url) = visitor.method_and_url();
    let own = visitor.header("host").map(|host| visitor.url_on(host));
    Some(PresentedProof { jws, method: method.to_owned(), urls: own.into_iter().flatten().chain([url]).collect() })
}
