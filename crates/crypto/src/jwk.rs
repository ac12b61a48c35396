use serde::{Deserialize, Serialize};

use crate::{InvalidPublicKey, PublicKey};

/// An Ed25519 public key as a JSON Web Key (RFC 8037 section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    /// The key type: `OKP`.
    pub kty: String,
    /// The curve: `Ed25519`.
    pub crv: String,
    /// The public key in base64url.
    pub x: String,
    /// The key's name, as tokens cite it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// What it is for: `sig`.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// The algorithm: `EdDSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
}

impl Jwk {
    /// A key to be published under a name.
    #[must_use]
    pub fn published(kid: &str, key: &PublicKey) -> Self {
        let (usage, alg) = (Some("sig".to_owned()), Some("EdDSA".to_owned()));
        Self { kid: Some(kid.to_owned()), usage, alg, ..Self::bare(key) }
    }

    /// A key without a name: what a proof of possession carries.
    #[must_use]
    pub fn bare(key: &PublicKey) -> Self {
        let (kty, crv) = ("OKP".to_owned(), "Ed25519".to_owned());
        Self { kty, crv, x: key.to_string(), kid: None, usage: None, alg: None }
    }

    /// The key, when it is one that checks EdDSA signatures on Ed25519.
    pub fn public_key(&self) -> Result<PublicKey, InvalidPublicKey> {
        let is_ed25519 = self.kty == "OKP" && self.crv == "Ed25519";
        let may_sign = self.usage.as_deref().is_none_or(|usage| usage == "sig");
        let is_eddsa = self.alg.as_deref().is_none_or(|alg| alg == "EdDSA");
        if is_ed25519 && may_sign && is_eddsa { PublicKey::parse(&self.x) } else { Err(InvalidPublicKey) }
    }
}

/// A set of published keys (RFC 7517 section 5).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JwkSet {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    /// Publishes named keys.
    pub fn publish<'a>(keys: impl IntoIterator<Item = (&'a str, &'a PublicKey)>) -> Self {
        Self { keys: keys.into_iter().map(|(kid, key)| Jwk::published(kid, key)).collect() }
    }

    /// The keys that this crate can check signatures with, by name. Others are passed over (RFC 7517 section 5).
    pub fn usable(&self) -> impl Iterator<Item = (String, PublicKey)> + '_ {
        self.keys.iter().filter_map(|jwk| Some((jwk.kid.clone()?, jwk.public_key().ok()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    #[test]
    fn a_published_key_has_the_members_that_libraries_look_for() {
        // TOK-02; RFC 8037 appendix A.2
        let key = PublicKey::parse(X).unwrap();
        let json = serde_json::to_string(&JwkSet::publish([("k1", &key)])).unwrap();
        let expected =
            format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","x":"{X}","kid":"k1","use":"sig","alg":"EdDSA"}}]}}"#);
        assert_eq!(json, expected);
        let read: JwkSet = serde_json::from_str(&json).unwrap();
        assert_eq!(read.usable().collect::<Vec<_>>(), [("k1".to_owned(), key)]);
        let bare = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}"}}"#);
        assert_eq!(serde_json::to_string(&Jwk::bare(&key)).unwrap(), bare);
    }

    #[test]
    fn keys_of_other_kinds_are_passed_over() {
        // TOK-02; RFC 7517 section 5
        let key = PublicKey::parse(X).unwrap();
        let others = [
            Jwk { kty: "RSA".to_owned(), ..Jwk::published("a", &key) },
            Jwk { crv: "X25519".to_owned(), ..Jwk::published("b", &key) },
            Jwk { usage: Some("enc".to_owned()), ..Jwk::published("c", &key) },
            Jwk { alg: Some("HS256".to_owned()), ..Jwk::published("d", &key) },
            Jwk { x: "short".to_owned(), ..Jwk::published("e", &key) },
            Jwk::bare(&key),
        ];
        assert_eq!(JwkSet { keys: others.to_vec() }.usable().count(), 0);
    }
}
