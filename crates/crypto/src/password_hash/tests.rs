use std::collections::HashSet;

use cardkey_domain::SeededEntropy;

use super::*;

const NO: Verification = Verification { matches: false, upgrade: false };
const AS_IT_IS: Verification = Verification { matches: true, upgrade: false };
const TO_UPGRADE: Verification = Verification { matches: true, upgrade: true };

fn hasher(cost: u32) -> PasswordHasher {
    PasswordHasher::new(cost).unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn hash(cost: u32, text: &str) -> String {
    hasher(cost).hash(&password(text), &SeededEntropy::new(1))
}

/// As another system would have hashed it.
fn plain(version: &str, text: &str) -> String {
    let hash = bcrypt::hash_with_salt(text, 4, [9; 16]).unwrap().to_string();
    hash.replacen("$2b$", version, 1)
}

#[test]
fn a_password_verifies_and_another_does_not() {
    // AUTH-04
    let stored = hash(4, "Pass-word1 密码");
    assert!(stored.starts_with("v1:$2b$04$"), "{stored}");
    assert_eq!(hasher(4).verify(&password("Pass-word1 密码"), &stored), AS_IT_IS);
    assert_eq!(hasher(4).verify(&password("pass-word1 密码"), &stored), NO);
    assert_eq!(hasher(4).verify(&password(""), &stored), NO);
}

#[test]
fn nothing_is_truncated() {
    // AUTH-04
    for text in ["x".repeat(71), "x".repeat(72), "x".repeat(128), "密".repeat(128), "a\0b".to_owned()] {
        let stored = hash(4, &text);
        assert_eq!(hasher(4).verify(&password(&text), &stored), AS_IT_IS);
        assert_eq!(hasher(4).verify(&password(&format!("{text}y")), &stored), NO);
        assert_eq!(
            hasher(4).verify(&password(&text[..text.len() - text.chars().last().unwrap().len_utf8()]), &stored),
            NO
        );
    }
}

#[test]
fn salts_differ() {
    // AUTH-04
    let entropy = SeededEntropy::new(1);
    let hashes: HashSet<String> = (0..20).map(|_| hasher(4).hash(&password("Pass-word1"), &entropy)).collect();
    assert_eq!(hashes.len(), 20);
}

#[test]
fn hashes_from_elsewhere_verify_and_ask_for_an_upgrade() {
    // AUTH-04
    for version in ["$2a$", "$2b$", "$2y$"] {
        let stored = plain(version, "Pass-word1");
        assert!(PasswordHasher::is_importable(&stored));
        assert_eq!(hasher(4).verify(&password("Pass-word1"), &stored), TO_UPGRADE);
        assert_eq!(hasher(4).verify(&password("Pass-word2"), &stored), NO);
    }
    // The vectors of OpenBSD's and Openwall's bcrypt.
    let published = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    assert_eq!(hasher(4).verify(&password("U*U"), published), TO_UPGRADE);
}

#[test]
fn a_hash_from_elsewhere_holds_72_bytes_of_a_long_password_until_it_is_replaced() {
    // AUTH-04: made by a bcrypt that cuts off
    let long = format!("Long-1-{}", "p".repeat(80));
    let stored = "$2b$05$abcdefghijklmnopqrstuu01G5B8WX5lhI6k/bYncJ7izP/vaeucy";
    assert_eq!(hasher(4).verify(&password(&long), stored), TO_UPGRADE);
    assert_eq!(hasher(4).verify(&password(&long[..71]), stored), NO);
    let replaced = hash(4, &long);
    assert_eq!(hasher(4).verify(&password(&long), &replaced), AS_IT_IS);
    assert_eq!(hasher(4).verify(&password(&long[..72]), &replaced), NO);
    assert_eq!(hasher(4).verify(&password("a\0a"), &plain("$2b$", "a")), NO);
}

#[test]
fn a_hash_of_another_cost_asks_for_an_upgrade() {
    // AUTH-04
    let stored = hash(4, "Pass-word1");
    assert_eq!(hasher(5).verify(&password("Pass-word1"), &stored), TO_UPGRADE);
    assert_eq!(hasher(5).verify(&password("wrong"), &stored), NO);
}

#[test]
fn a_hash_of_ours_is_not_its_plain_part() {
    // AUTH-04: the digest of a password is not a password
    let stored = hash(4, "Pass-word1");
    let digest = condensed(&password("Pass-word1"));
    assert_eq!(hasher(4).verify(&password(&digest), &stored), NO);
    assert!(!PasswordHasher::is_importable(&stored));
}

#[test]
fn what_cannot_be_read_matches_nothing() {
    // AUTH-04
    let good = plain("$2b$", "Pass-word1");
    let wide = format!("$2b$04${}", "é".repeat(26));
    let costly = good.replacen("$04$", "$31$", 1);
    for stored in ["", "v1:", "plain text", "$2x$04$abc", "$argon2id$v=19$m=1", &good[..59], &wide, &costly] {
        assert_eq!(hasher(4).verify(&password("Pass-word1"), stored), NO, "{stored}");
        assert!(!PasswordHasher::is_importable(stored), "{stored}");
    }
    assert!(!PasswordHasher::is_importable(&plain("$2x$", "a")));
}

#[test]
fn an_unknown_user_costs_a_real_hash() {
    // AUTH-04, AUTH-06
    for cost in [4, 12] {
        let hasher = hasher(cost);
        let Some(Stored::Own(hash)) = Stored::read(hasher.dummy_hash()) else { panic!("not a hash of ours") };
        assert_eq!(cost_of(hash), Some(cost));
    }
    assert_eq!(hasher(4).verify(&password("Pass-word1"), hasher(4).dummy_hash()), NO);
}

#[test]
fn a_cost_that_bcrypt_or_people_cannot_bear_is_refused() {
    // AUTH-04
    for cost in [0, 3, 17, 31, 32] {
        assert_eq!(PasswordHasher::new(cost).unwrap_err(), InvalidCost(cost));
    }
}
