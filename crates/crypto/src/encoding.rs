use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

/// The text is not base64url without padding (RFC 4648 section 5), or its unused bits are not zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url")]
pub struct InvalidEncoding;

/// base64url without padding, as JOSE writes everything.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Reads base64url without padding. Each value has one spelling only: stray bits and padding are refused.
pub fn from_base64url(text: &str) -> Result<Vec<u8>, InvalidEncoding> {
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| InvalidEncoding)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}
