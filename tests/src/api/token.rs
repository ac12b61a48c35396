use cardkey_crypto::{SigningKey, base64url, from_base64url, sha256};
use serde_json::{Value, json};

/// A compact JWS (RFC 7515) taken apart, to be looked at or put together again as something else.
#[derive(Debug, Clone)]
pub struct Token {
    /// The protected header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    signature: String,
}

impl Token {
    /// Takes a token apart without checking anything.
    ///
    /// # Panics
    /// When it is not a compact JWS of JSON.
    #[must_use]
    pub fn read(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else { panic!("not a compact JWS: {token}") };
        let json = |part: &str| {
            let bytes = from_base64url(part).expect("base64url");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        Self { header: json(header), claims: json(claims), signature: signature.to_owned() }
    }

    /// With another value in the header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header[name] = value.into();
        self
    }

    /// With another claim.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims[name] = value.into();
        self
    }

    /// Written with the signature that it had.
    #[must_use]
    pub fn as_signed(&self) -> String {
        format!("{}.{}", self.unsigned(), self.signature)
    }

    /// Written without a signature.
    #[must_use]
    pub fn without_signature(&self) -> String {
        format!("{}.", self.unsigned())
    }

    /// Signed by a key.
    #[must_use]
    pub fn signed_by(&self, key: &SigningKey) -> String {
        let text = self.unsigned();
        let signature = base64url(&key.sign(text.as_bytes()));
        format!("{text}.{signature}")
    }

    fn unsigned(&self) -> String {
        format!("{}.{}", base64url(self.header.to_string().as_bytes()), base64url(self.claims.to_string().as_bytes()))
    }
}

/// A DPoP proof (RFC 9449) of a device's key for a POST to an address, at a moment, over a licence.
#[must_use]
pub fn dpop_proof(key: &SigningKey, jti: &str, url: &str, issued_at: i64, licence: &str) -> String {
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": base64url(key.public_key().as_bytes()) });
    let header = json!({ "typ": "dpop+jwt", "alg": "EdDSA", "jwk": jwk });
    let ath = base64url(&sha256(licence.as_bytes()));
    let claims = json!({ "jti": jti, "htm": "POST", "htu": url, "iat": issued_at, "ath": ath });
    Token { header, claims, signature: String::new() }.signed_by(key)
}
