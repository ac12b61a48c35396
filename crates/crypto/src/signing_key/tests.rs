use cardkey_domain::SeededEntropy;

use super::*;

/// RFC 8037 appendix A.1 and A.2.
const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn published() -> SigningKey {
    let seed: [u8; 32] = from_base64url(SEED).unwrap().try_into().unwrap();
    SigningKey::from_seed(&Secret::new(seed))
}

#[test]
fn the_public_half_and_its_thumbprint_are_the_published_ones() {
    // TOK-02, DEV-08; RFC 8037 appendix A.2 and A.3
    assert_eq!(published().public_key().to_string(), X);
    assert_eq!(published().public_key(), PublicKey::parse(X).unwrap());
    assert_eq!(published().public_key().thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

#[test]
fn the_signature_is_the_published_one() {
    // TOK-02; RFC 8037 appendix A.4 and A.5
    let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = published().sign(message);
    let expected = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    assert_eq!(base64url(&signature), expected);
    assert!(published().public_key().verifies(message, &signature));
    assert!(!published().public_key().verifies(b"another message", &signature));
    assert!(!published().public_key().verifies(message, &signature[..63]));
    assert!(!published().public_key().verifies(message, &[]));
}

#[test]
fn a_sealed_seed_gives_the_same_key_again() {
    // APP-07
    let key = SigningKey::generate(&SeededEntropy::new(3));
    assert_eq!(SigningKey::from_seed(key.seed()).public_key(), key.public_key());
    assert_ne!(SigningKey::generate(&SeededEntropy::new(4)).public_key(), key.public_key());
}

#[test]
fn only_32_bytes_of_base64url_are_a_public_key() {
    // DEV-08
    for text in [
        "",
        "x",
        &X[..42],
        &format!("{X}A"),
        &format!("{X}="),
        "not base64url: ++/",
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp",
    ] {
        assert_eq!(PublicKey::parse(text), Err(InvalidPublicKey), "{text}");
    }
}

#[test]
fn the_private_half_is_not_printed() {
    // SEC-09
    let printed = format!("{:?}", published());
    assert!(printed.contains(X) && !printed.contains(SEED));
}
