use std::collections::HashSet;

use cardkey_domain::{Secret, SeededEntropy};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk as LibraryJwk};
use jsonwebtoken::{Header, Validation, decode, encode};
use serde_json::{Value, json};

use super::*;
use crate::{Jwk, Signer as TokenSigner, Verifier as TokenVerifier};

/// RFC 8410 section 7: an Ed25519 seed as a PKCS#8 document.
fn pkcs8(key: &SigningKey) -> Vec<u8> {
    let mut document = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    document.extend_from_slice(key.seed().expose());
    document
}

fn key() -> SigningKey {
    SigningKey::generate(&SeededEntropy::new(1))
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation
}

#[test]
fn jsonwebtoken_makes_the_same_eddsa_tokens_as_we_do() {
    // TOK-02
    let ours = TokenSigner::eddsa("k1", &key());
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some("at+jwt".to_owned());
    header.kid = Some("k1".to_owned());
    let claims = json!({"sub": "u1", "exp": 5});
    let theirs = encode(&header, &claims, &EncodingKey::from_ed_der(&pkcs8(&key()))).unwrap();
    assert_eq!(ours.sign("at+jwt", &claims), theirs);
    let public = DecodingKey::from_ed_der(key().public_key().as_bytes());
    let read = decode::<Value>(&theirs, &public, &validation(Algorithm::EdDSA)).unwrap();
    assert_eq!((read.claims, read.header), (claims, header));
    let foreign = SigningKey::generate(&SeededEntropy::new(2)).public_key();
    assert!(
        decode::<Value>(&theirs, &DecodingKey::from_ed_der(foreign.as_bytes()), &validation(Algorithm::EdDSA)).is_err()
    );
}

#[test]
fn jsonwebtoken_reads_our_hs256_tokens_and_we_read_its() {
    // TOK-02
    let secret = Secret::new(b"a secret of at least thirty-two bytes".to_vec());
    let ours = TokenSigner::hs256(&secret).sign("at+jwt", &json!({"sub": "u1"}));
    let read =
        decode::<Value>(&ours, &DecodingKey::from_secret(secret.expose()), &validation(Algorithm::HS256)).unwrap();
    assert_eq!(read.claims["sub"], "u1");
    let header = Header { typ: Some("at+jwt".to_owned()), ..Header::new(Algorithm::HS256) };
    let theirs = encode(&header, &json!({"sub": "u1"}), &EncodingKey::from_secret(secret.expose())).unwrap();
    assert_eq!(TokenVerifier::hs256(&secret).verify::<Value>("at+jwt", &theirs).unwrap()["sub"], "u1");
}

#[test]
fn jsonwebtoken_reads_our_jwk() {
    // TOK-02
    install();
    let ours = Jwk::published("k1", &key().public_key());
    let theirs: LibraryJwk = serde_json::from_value(serde_json::to_value(&ours).unwrap()).unwrap();
    let AlgorithmParameters::OctetKeyPair(parameters) = &theirs.algorithm else { panic!("not an octet key pair") };
    assert_eq!(parameters.x, key().public_key().to_string());
    assert_eq!(theirs.thumbprint(ThumbprintHash::SHA256).unwrap(), key().public_key().thumbprint());
    assert_eq!(ed_public_key(&pkcs8(&key()), &EllipticCurve::Ed25519).unwrap(), key().public_key().as_bytes());
}

#[test]
fn every_other_algorithm_is_refused_without_a_panic() {
    // TOK-01
    let others = [Algorithm::HS384, Algorithm::RS256, Algorithm::ES256, Algorithm::PS512];
    for algorithm in others {
        assert!(signer_factory(&algorithm, &EncodingKey::from_secret(b"secret")).is_err());
        assert!(verifier_factory(&algorithm, &DecodingKey::from_secret(b"secret")).is_err());
    }
    assert!(signer_factory(&Algorithm::EdDSA, &EncodingKey::from_secret(b"secret")).is_err());
    assert!(signer_factory(&Algorithm::EdDSA, &EncodingKey::from_ed_der(b"junk")).is_err());
    assert!(verifier_factory(&Algorithm::HS256, &DecodingKey::from_ed_der(&[1; 32])).is_err());
    assert!(verifier_factory(&Algorithm::EdDSA, &DecodingKey::from_ed_der(&[1; 31])).is_err());
    assert!(verifier_factory(&Algorithm::EdDSA, &DecodingKey::from_rsa_raw_components(&[1], &[1])).is_err());
}

#[test]
fn hs256_is_the_published_hmac() {
    // TOK-02; RFC 4231 section 4.2
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[0x0b; 20]);
    let tag = crate::hex(&RingSigner::Hs256(key).try_sign(b"Hi There").unwrap());
    assert_eq!(tag, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}
