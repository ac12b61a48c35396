use cardkey_domain::SeededEntropy;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::base64url;

const TYPE: &str = "at+jwt";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}

fn claims() -> Claims {
    Claims { sub: "用户".to_owned(), exp: 1_900_000_000 }
}

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&SeededEntropy::new(seed))
}

fn secret(text: &[u8]) -> Secret<Vec<u8>> {
    Secret::new(text.to_vec())
}

fn token() -> String {
    Signer::eddsa("k1", &key(1)).sign(TYPE, &claims())
}

fn verifier() -> Verifier {
    Verifier::eddsa([("k1".to_owned(), key(1).public_key()), ("k2".to_owned(), key(2).public_key())])
}

fn refusal(token: &str) -> TokenError {
    verifier().verify::<Claims>(TYPE, token).unwrap_err()
}

/// A token with any header, signed as `key` would sign it.
fn forged(header: &Value, key: &RingSigner) -> String {
    sign(key, header, &claims())
}

fn genuine_key() -> RingSigner {
    RingSigner::EdDsa(key(1))
}

#[test]
fn a_token_reads_back_with_the_key_it_names() {
    // TOK-01, TOK-02
    assert_eq!(verifier().verify::<Claims>(TYPE, &token()).unwrap(), claims());
    let rotated = Signer::eddsa("k2", &key(2)).sign(TYPE, &claims());
    assert_eq!(verifier().verify::<Claims>(TYPE, &rotated).unwrap(), claims());
    let published = JwkSet::publish([("k1", &key(1).public_key())]);
    assert_eq!(Verifier::published(&published).verify::<Claims>(TYPE, &token()).unwrap(), claims());
    let shared = secret(b"a secret of at least thirty-two bytes");
    let token = Signer::hs256(&shared).sign(TYPE, &claims());
    assert_eq!(Verifier::hs256(&shared).verify::<Claims>(TYPE, &token).unwrap(), claims());
    assert_eq!(Verifier::hs256(&secret(b"another")).verify::<Claims>(TYPE, &token), Err(TokenError::Signature));
}

#[test]
fn the_published_token_verifies() {
    // TOK-02; RFC 8037 appendix A.4, whose payload is text and not claims
    let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
                 hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let key = PublicKey::parse("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
    let compact = Compact::split(token).unwrap();
    assert!(key.verifies(compact.signed.as_bytes(), &compact.signature().unwrap()));
}

#[test]
fn alg_none_is_refused() {
    // TOK-01
    let payload = token().split('.').nth(1).unwrap().to_owned();
    for alg in ["none", "None", "NONE", ""] {
        let header = base64url(json!({"alg": alg, "typ": TYPE, "kid": "k1"}).to_string().as_bytes());
        assert_eq!(refusal(&format!("{header}.{payload}.")), TokenError::Algorithm, "{alg}");
        let signature = token().rsplit('.').next().unwrap().to_owned();
        assert_eq!(refusal(&format!("{header}.{payload}.{signature}")), TokenError::Algorithm, "{alg}");
    }
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    // TOK-01: the classic confusion of algorithms
    let public = key(1).public_key();
    let confused = RingSigner::Hs256(hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()));
    assert_eq!(refusal(&forged(&json!({"alg": "HS256", "typ": TYPE, "kid": "k1"}), &confused)), TokenError::Algorithm);
    assert_eq!(refusal(&forged(&json!({"alg": "EdDSA", "typ": TYPE, "kid": "k1"}), &confused)), TokenError::Signature);
    let hs256 = Verifier::hs256(&secret(b"a secret"));
    assert_eq!(hs256.verify::<Claims>(TYPE, &token()), Err(TokenError::Algorithm));
}

#[test]
fn every_wrong_header_has_its_own_error() {
    // TOK-01
    let cases = [
        (json!({"alg": "EdDSA", "typ": "rt+jwt", "kid": "k1"}), TokenError::Type),
        (json!({"alg": "EdDSA", "typ": "AT+JWT", "kid": "k1"}), TokenError::Type),
        (json!({"alg": "EdDSA", "kid": "k1"}), TokenError::Type),
        (json!({"alg": "EdDSA", "typ": TYPE, "kid": "k9"}), TokenError::UnknownKey),
        (json!({"alg": "EdDSA", "typ": TYPE, "kid": "k2"}), TokenError::Signature),
        (json!({"alg": "EdDSA", "typ": TYPE}), TokenError::UnknownKey),
        (json!({"alg": "RS256", "typ": TYPE, "kid": "k1"}), TokenError::Algorithm),
        (json!({"alg": "EdDSA", "typ": TYPE, "kid": "k1", "crit": ["b64"], "b64": false}), TokenError::Malformed),
        (json!({"alg": 1, "typ": TYPE, "kid": "k1"}), TokenError::Malformed),
        (json!({"typ": TYPE, "kid": "k1"}), TokenError::Malformed),
        (json!(["EdDSA"]), TokenError::Malformed),
    ];
    for (header, expected) in cases {
        assert_eq!(refusal(&forged(&header, &genuine_key())), expected, "{header}");
    }
    let named = forged(&json!({"alg": "HS256", "typ": TYPE, "kid": "k1"}), &genuine_key());
    assert_eq!(Verifier::hs256(&secret(b"s")).verify::<Claims>(TYPE, &named), Err(TokenError::UnknownKey));
}

#[test]
fn a_header_that_says_two_things_is_refused() {
    // TOK-01
    let header = base64url(br#"{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"k1"}"#);
    let (_, rest) = token().split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    assert_eq!(refusal(&format!("{header}.{rest}")), TokenError::Malformed);
}

#[test]
fn a_truncated_token_is_refused_at_every_length() {
    // SEC-05
    let token = token();
    for length in 0..token.len() {
        assert!(verifier().verify::<Claims>(TYPE, &token[..length]).is_err(), "{length}");
        assert!(verifier().verify::<Claims>(TYPE, &token[length + 1..]).is_err(), "{length}");
    }
    for more in ["=", ".", "A", " ", "\n"] {
        assert!(verifier().verify::<Claims>(TYPE, &format!("{token}{more}")).is_err(), "{more:?}");
    }
}

#[test]
fn a_megabyte_is_refused_unread() {
    // SEC-05
    for token in ["A".repeat(1 << 20), format!("{}{}", token(), "A".repeat(1 << 20)), ".".repeat(1 << 20)] {
        assert_eq!(refusal(&token), TokenError::TooLong);
        assert_eq!(unverified_claims::<Claims>(&token), Err(TokenError::TooLong));
    }
}

#[test]
fn genuine_claims_of_another_shape_are_not_taken() {
    // TOK-01
    let other = Signer::eddsa("k1", &key(1)).sign(TYPE, &json!({"sub": 5}));
    assert_eq!(refusal(&other), TokenError::Claims);
}

#[test]
fn a_remembered_token_vouches_for_itself_alone() {
    // TOK-01
    let memory = Arc::new(SignatureMemory::for_tokens(64));
    let verifier = verifier().remembering(Arc::clone(&memory));
    let token = token();
    for _ in 0..3 {
        assert_eq!(verifier.verify::<Claims>(TYPE, &token).unwrap(), claims());
    }
    assert_eq!(verifier.verify::<Claims>("rt+jwt", &token), Err(TokenError::Type));
    let other = Signer::eddsa("k1", &key(1)).sign(TYPE, &json!({"sub": "other", "exp": 1}));
    let payload = other.split('.').nth(1).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let swapped = format!("{}.{payload}.{}", parts[0], parts[2]);
    for _ in 0..3 {
        assert_eq!(verifier.verify::<Claims>(TYPE, &swapped), Err(TokenError::Signature));
    }
    let withdrawn = Verifier::eddsa([("k2".to_owned(), key(2).public_key())]).remembering(Arc::clone(&memory));
    assert_eq!(withdrawn.verify::<Claims>(TYPE, &token), Err(TokenError::UnknownKey));
    let replaced = Verifier::eddsa([("k1".to_owned(), key(2).public_key())]).remembering(memory);
    assert_eq!(replaced.verify::<Claims>(TYPE, &token), Err(TokenError::Signature));
}

#[test]
fn a_token_is_known_from_the_moment_it_is_signed() {
    // TOK-01
    let memory = Arc::new(SignatureMemory::for_tokens(64));
    let token = Signer::eddsa("k1", &key(1)).remembering(Arc::clone(&memory)).sign(TYPE, &claims());
    assert!(memory.vouches(&key(1).public_key(), &token, || panic!("must be known")));
    assert!(!memory.vouches(&key(2).public_key(), &token, || false));
}

#[test]
fn claims_can_be_looked_at_before_the_key_is_known() {
    // LIC-01
    assert_eq!(unverified_claims::<Claims>(&token()).unwrap(), claims());
    assert_eq!(unverified_claims::<Claims>("a.b"), Err(TokenError::Malformed));
    assert_eq!(unverified_claims::<Claims>("a.!.c"), Err(TokenError::Malformed));
}

#[test]
fn times_are_judged_with_leeway() {
    // TOK-01
    let at = |seconds| check_lifetime(Some(100), 200, Timestamp::from_seconds(seconds), Duration::from_secs(5));
    assert_eq!(at(94), Err(TokenError::NotYetValid(Timestamp::from_seconds(100))));
    assert_eq!((at(95), at(204)), (Ok(()), Ok(())));
    assert_eq!(at(205), Err(TokenError::Expired(Timestamp::from_seconds(200))));
    for extreme in [i64::MIN, i64::MAX] {
        let _ = check_lifetime(Some(extreme), extreme, Timestamp::from_seconds(1), Duration::MAX);
    }
}

proptest! {
    #[test]
    fn any_text_is_refused_without_a_panic(text in "\\PC*") {
        // SEC-05
        prop_assert!(verifier().verify::<Claims>(TYPE, &text).is_err());
        let _ = unverified_claims::<Value>(&text);
    }

    #[test]
    fn any_three_parts_are_refused_without_a_panic(a: Vec<u8>, b: Vec<u8>, c: Vec<u8>) {
        // SEC-05
        let text = format!("{}.{}.{}", base64url(&a), base64url(&b), base64url(&c));
        prop_assert!(verifier().verify::<Claims>(TYPE, &text).is_err());
    }

    #[test]
    fn no_character_of_a_token_can_be_changed(place: prop::sample::Index, character in "[A-Za-z0-9_.-]") {
        // TOK-01
        let mut token = token();
        let place = place.index(token.len());
        prop_assume!(token[place..=place] != character);
        token.replace_range(place..=place, &character);
        prop_assert!(verifier().verify::<Claims>(TYPE, &token).is_err());
    }
}
