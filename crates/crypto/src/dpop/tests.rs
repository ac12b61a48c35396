use cardkey_domain::SeededEntropy;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Signer, base64url};

const URL: &str = "https://licence.example.com/api/v1/card-keys/verify";

fn key() -> SigningKey {
    SigningKey::generate(&SeededEntropy::new(1))
}

fn claims() -> ProofClaims {
    ProofClaims {
        jti: "once".to_owned(),
        htm: "POST".to_owned(),
        htu: URL.to_owned(),
        iat: 1_900_000_000,
        nonce: Some("n".to_owned()),
        ath: None,
    }
}

fn with_header(header: &Value) -> String {
    jws::sign(&RingSigner::EdDsa(key()), header, &claims())
}

fn refusal(text: &str) -> ProofError {
    Proof::parse(text).unwrap_err()
}

#[test]
fn a_proof_tells_who_made_it_and_for_what() {
    // DEV-08
    let proof = Proof::parse(&Proof::sign(&key(), &claims())).unwrap();
    assert_eq!(proof, Proof { key: key().public_key(), claims: claims() });
    assert_eq!(proof.jkt(), key().public_key().thumbprint());
}

#[test]
fn a_proof_is_for_one_method_and_address() {
    // DEV-08
    let proof = Proof { key: key().public_key(), claims: claims() };
    assert!(proof.is_for("POST", URL));
    assert!(proof.is_for("POST", "HTTPS://Licence.Example.com/api/v1/card-keys/verify?a=b#c"));
    assert!(!proof.is_for("GET", URL));
    assert!(!proof.is_for("post", URL));
    assert!(!proof.is_for("POST", "https://licence.example.com/api/v1/card-keys/VERIFY"));
    assert!(!proof.is_for("POST", "https://licence.example.com.evil.example/api/v1/card-keys/verify"));
    assert!(!proof.is_for("POST", "http://licence.example.com/api/v1/card-keys/verify"));
    let root = Proof { claims: ProofClaims { htu: "https://a.example".to_owned(), ..claims() }, ..proof };
    assert!(root.is_for("POST", "https://a.example/?q"));
}

#[test]
fn only_an_ed25519_public_key_may_be_carried() {
    // DEV-08; RFC 9449 section 4.3
    let jwk = json!(Jwk::bare(&key().public_key()));
    let x = key().public_key().to_string();
    let private = crate::base64url(key().seed().expose());
    let carried = [
        json!(null),
        json!("key"),
        json!({"kty": "OKP", "crv": "Ed25519"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "short"}),
        json!({"kty": "OKP", "crv": "X25519", "x": x}),
        json!({"kty": "oct", "k": x}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": x, "d": private}),
    ];
    for jwk in carried {
        assert_eq!(
            refusal(&with_header(&json!({"typ": PROOF_TYPE, "alg": "EdDSA", "jwk": jwk}))),
            ProofError::Key,
            "{jwk}"
        );
    }
    assert_eq!(refusal(&with_header(&json!({"typ": PROOF_TYPE, "alg": "EdDSA"}))), ProofError::Key);
    assert!(Proof::parse(&with_header(&json!({"typ": PROOF_TYPE, "alg": "EdDSA", "jwk": jwk}))).is_ok());
}

#[test]
fn another_type_or_algorithm_is_refused() {
    // DEV-08, TOK-01
    let jwk = json!(Jwk::bare(&key().public_key()));
    let refused = |typ: &str, alg: &str| refusal(&with_header(&json!({"typ": typ, "alg": alg, "jwk": jwk})));
    assert_eq!(refused("at+jwt", "EdDSA"), ProofError::Token(TokenError::Type));
    assert_eq!(refused(PROOF_TYPE, "none"), ProofError::Token(TokenError::Algorithm));
    assert_eq!(refused(PROOF_TYPE, "HS256"), ProofError::Token(TokenError::Algorithm));
    assert_eq!(refusal(&Signer::eddsa("k", &key()).sign(PROOF_TYPE, &claims())), ProofError::Key);
}

#[test]
fn a_proof_signed_by_another_key_is_refused() {
    // DEV-08
    let stolen = Jwk::bare(&SigningKey::generate(&SeededEntropy::new(2)).public_key());
    let text = with_header(&json!({"typ": PROOF_TYPE, "alg": "EdDSA", "jwk": stolen}));
    assert_eq!(refusal(&text), ProofError::Token(TokenError::Signature));
}

#[test]
fn claims_must_be_there() {
    // DEV-08
    let header = ProofHeader { typ: PROOF_TYPE, alg: "EdDSA", jwk: Jwk::bare(&key().public_key()) };
    for missing in ["jti", "htm", "htu", "iat"] {
        let mut claims = json!(claims());
        claims.as_object_mut().unwrap().remove(missing);
        let text = jws::sign(&RingSigner::EdDsa(key()), &header, &claims);
        assert_eq!(refusal(&text), ProofError::Token(TokenError::Claims), "{missing}");
    }
}

#[test]
fn a_megabyte_is_refused_unread() {
    // SEC-05
    assert_eq!(refusal(&"A".repeat(1 << 20)), ProofError::Token(TokenError::TooLong));
}

proptest! {
    #[test]
    fn any_three_parts_are_refused_without_a_panic(a: Vec<u8>, b: Vec<u8>, c: Vec<u8>) {
        // SEC-05
        let text = format!("{}.{}.{}", base64url(&a), base64url(&b), base64url(&c));
        prop_assert!(Proof::parse(&text).is_err());
    }

    #[test]
    fn any_address_is_compared_without_a_panic(url in "\\PC*") {
        // SEC-05
        let proof = Proof { key: key().public_key(), claims: claims() };
        prop_assert!(!proof.is_for("POST", &url));
    }
}
