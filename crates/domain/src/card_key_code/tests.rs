use super::*;
use crate::SeededEntropy;

#[test]
fn generated_codes_are_unambiguous_and_carry_their_check_character() {
    // CARD-01
    let entropy = SeededEntropy::new(7);
    for _ in 0..1_000 {
        let code = CardKeyCode::generate(&entropy);
        assert!(code.has_check_character());
        assert!(code.expose().bytes().all(|c| ALPHABET.contains(&c)));
        assert_eq!(CardKeyCode::parse(&code.expose_grouped()).as_ref(), Ok(&code));
    }
}

#[test]
fn a_wrong_character_breaks_the_check() {
    // CARD-01
    let code = CardKeyCode::generate(&SeededEntropy::new(11));
    for position in 0..LENGTH {
        for replacement in ALPHABET {
            let mut wrong = code.clone();
            wrong.0[position] = *replacement;
            assert_eq!(wrong.has_check_character(), wrong == code, "position {position}");
        }
    }
}

#[test]
fn input_is_forgiving() {
    // CARD-01
    let expected = CardKeyCode::parse("AB12CD34EF56GH78").expect("plain");
    for typed in [
        "ab12-cd34-ef56-gh78",
        " AB12 CD34 EF56 GH78\n",
        "ＡＢ１２－ＣＤ３４－ＥＦ５６－ＧＨ７８",
        "ab12—cd34—ef56—gh78",
        "AB12\u{3000}CD34EF56GH78",
    ] {
        assert_eq!(CardKeyCode::parse(typed).as_ref(), Ok(&expected), "{typed}");
    }
}

#[test]
fn anything_else_is_refused() {
    // CARD-01
    let long = "A".repeat(10_000_000);
    for typed in [
        "",
        "AB12",
        "AB12CD34EF56GH789",
        "AB12CD34EF56GH7!",
        "АВ12CD34EF56GH78",
        "' OR 1=1 --",
        "卡密卡密卡密卡密卡密卡密卡密卡密",
        &long,
    ] {
        assert_eq!(CardKeyCode::parse(typed), Err(InvalidCardKey));
    }
}

#[test]
fn debug_shows_the_mask_only() {
    // SEC-09
    let code = CardKeyCode::parse("AB12CD34EF56GH78").expect("plain");
    assert_eq!(format!("{code:?}"), "CardKeyCode(AB12-****-****-GH78)");
}
