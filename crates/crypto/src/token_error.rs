use cardkey_domain::Timestamp;

/// Why a token is refused. The variants are for logs and decisions; what the caller of the API is told is the server's affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than any token of ours.
    #[error("token is too long")]
    TooLong,
    /// Not three base64url parts with a JSON header, or with a header extension that must be understood (`crit`).
    #[error("not a compact JWS")]
    Malformed,
    /// Another algorithm than the one allowed, `none` among them.
    #[error("token uses another algorithm")]
    Algorithm,
    /// A token made for another purpose.
    #[error("token is of another type")]
    Type,
    /// Signed by a key that is not known, or not naming its key.
    #[error("token is signed by an unknown key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("token's signature does not fit")]
    Signature,
    /// A genuine token whose claims are not the expected ones.
    #[error("token's claims are not the expected ones")]
    Claims,
    /// Past its `exp`.
    #[error("token expired at {0}")]
    Expired(Timestamp),
    /// Before its `nbf`.
    #[error("token is not valid before {0}")]
    NotYetValid(Timestamp),
}
