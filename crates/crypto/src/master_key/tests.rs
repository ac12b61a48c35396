use cardkey_domain::SeededEntropy;

use super::*;

/// The bytes 0xFB, 0xFF, 0x00 … so that standard and URL-safe base64 differ.
fn bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..2].copy_from_slice(&[0xFB, 0xFF]);
    bytes
}

#[test]
fn every_usual_spelling_gives_the_same_key() {
    // SEC-08
    let standard = BASE64.encode(&bytes());
    let url_safe = standard.replace('+', "-").replace('/', "_");
    let hexadecimal = crate::hex(&bytes());
    let spellings = [
        standard.clone(),
        standard.trim_end_matches('=').to_owned(),
        url_safe.clone(),
        url_safe.trim_end_matches('=').to_owned(),
        hexadecimal.clone(),
        hexadecimal.to_uppercase(),
        format!("  {standard}\n"),
    ];
    for spelling in spellings {
        assert_eq!(MasterKey::parse(&spelling).unwrap().0.expose(), &bytes(), "{spelling}");
    }
}

#[test]
fn what_is_wrong_with_a_key_is_said_exactly() {
    // SEC-08
    let refused = |text: &str| MasterKey::parse(text).unwrap_err();
    assert_eq!(refused(" \n"), InvalidMasterKey::Empty);
    assert_eq!(refused("not a key!"), InvalidMasterKey::NotEncoded);
    assert_eq!(refused("密钥"), InvalidMasterKey::NotEncoded);
    assert_eq!(refused(&BASE64.encode(&[1; 16])), InvalidMasterKey::WrongLength(16));
    assert_eq!(refused(&BASE64.encode(&[1; 33])), InvalidMasterKey::WrongLength(33));
    assert_eq!(refused(&BASE64.encode(&[0; 32])), InvalidMasterKey::NotRandom);
    assert_eq!(refused(&"A".repeat(1 << 20)), InvalidMasterKey::WrongLength(786_432));
}

#[test]
fn a_generated_key_reads_back() {
    // SEC-08
    let key = MasterKey::generate(&SeededEntropy::new(1));
    let again = MasterKey::parse(key.to_text().expose()).unwrap();
    assert_eq!(again.0, key.0);
    assert_eq!(again.id(), key.id());
}

#[test]
fn it_prints_its_name_and_nothing_else() {
    // SEC-09
    let key = MasterKey::parse(&crate::hex(&bytes())).unwrap();
    assert_eq!(format!("{key:?}"), format!("MasterKey({})", key.id()));
    assert!(!crate::hex(&bytes()).contains(&key.id().to_string()));
}
