use cardkey_domain::SeededEntropy;
use proptest::prelude::*;

use super::*;

fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(7))
}

fn master(seed: u64) -> MasterKey {
    MasterKey::generate(&SeededEntropy::new(seed))
}

fn vault(seed: u64) -> Vault {
    Vault::new(&master(seed), &[], entropy())
}

proptest! {
    #[test]
    fn what_was_sealed_opens_in_its_place_alone(plain: Vec<u8>, context: Vec<u8>, elsewhere: Vec<u8>) {
        // SEC-08
        let vault = vault(1);
        let sealed = vault.seal(&context, &plain);
        let opened = vault.open(&context, &sealed).unwrap();
        prop_assert_eq!(opened.expose(), &plain);
        prop_assert_eq!(sealed.len(), plain.len() + HEADER_LENGTH + TAG_LENGTH);
        if elsewhere != context {
            prop_assert_eq!(vault.open(&elsewhere, &sealed).unwrap_err(), OpenError::Rejected);
        }
    }

    #[test]
    fn no_byte_can_be_changed(plain: Vec<u8>, place: prop::sample::Index, flip in 1_u8..) {
        // SEC-08
        let vault = vault(1);
        let mut sealed = vault.seal(b"users.email:1", &plain);
        let place = place.index(sealed.len());
        sealed[place] ^= flip;
        prop_assert!(vault.open(b"users.email:1", &sealed).is_err());
    }

    #[test]
    fn any_bytes_are_refused_without_a_panic(bytes: Vec<u8>) {
        // SEC-05
        prop_assert!(vault(1).open(b"", &bytes).is_err());
    }
}

#[test]
fn what_is_cut_short_is_malformed_or_rejected() {
    // SEC-08
    let vault = vault(1);
    let sealed = vault.seal(b"c", b"plain");
    for length in 0..sealed.len() {
        let expected = if length < HEADER_LENGTH + TAG_LENGTH { OpenError::Malformed } else { OpenError::Rejected };
        assert_eq!(vault.open(b"c", &sealed[..length]).unwrap_err(), expected, "{length}");
    }
}

#[test]
fn the_same_plain_text_never_looks_the_same() {
    // SEC-08
    let vault = vault(1);
    assert_ne!(vault.seal(b"c", b"plain"), vault.seal(b"c", b"plain"));
}

#[test]
fn after_a_rotation_old_values_open_and_ask_to_be_sealed_again() {
    // SEC-08
    let sealed = vault(1).seal(b"c", b"plain");
    let rotated = Vault::new(&master(2), &[master(1)], entropy());
    assert_eq!(rotated.open(b"c", &sealed).unwrap().expose(), b"plain");
    assert!(!rotated.is_current(&sealed));
    assert!(rotated.is_current(&rotated.seal(b"c", b"plain")));
    assert!(!rotated.is_current(b"junk"));
    assert_eq!(vault(2).open(b"c", &sealed).unwrap_err(), OpenError::UnknownKey(master(1).id()));
}

#[test]
fn a_value_sealed_by_an_earlier_build_opens() {
    // SEC-08
    let sealed = data_encoding::HEXLOWER
        .decode(b"013a16306a5048c0d614df177b2330ae12d70d325927f89a6dd17b44c43a9c846b96cb77a065a28389e878c7aab2f652706a")
        .unwrap();
    assert_eq!(vault(1).open(b"users.email:1", &sealed).unwrap().expose(), b"a@example.com");
    assert_eq!(vault(1).seal(b"users.email:1", b"a@example.com"), sealed);
}

#[test]
fn it_prints_the_name_of_its_key_and_nothing_else() {
    // SEC-09
    assert_eq!(format!("{:?}", vault(1)), format!("Vault({})", master(1).id()));
}
