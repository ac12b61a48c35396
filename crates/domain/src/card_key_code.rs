use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

use crate::Entropy;

/// Letters and digits of generated card keys: A–Z and 2–9 without I and O, so that no two look alike. 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 16;
const RANDOM_CHARACTERS: usize = LENGTH - 1;
/// More than any way of writing a card key needs; longer input is refused before it is normalised.
const LONGEST_INPUT: usize = 256;

/// The 16 characters (A–Z, 0–9) that a customer redeems. A secret: `Debug` shows the mask, the whole is had by [`CardKeyCode::expose`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CardKeyCode([u8; LENGTH]);

/// The text is not a card key: not 16 of A–Z and 0–9 once case, spaces, dashes and full-width forms are put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card key is 16 letters and digits")]
pub struct InvalidCardKey;

impl CardKeyCode {
    /// Reads a card key as people type it: any case, with spaces or dashes of any kind, in full-width forms.
    pub fn parse(text: &str) -> Result<Self, InvalidCardKey> {
        if text.len() > LONGEST_INPUT {
            return Err(InvalidCardKey);
        }
        let mut code = [0; LENGTH];
        let mut length = 0;
        for character in text.nfkc().filter(|c| !is_separator(*c)) {
            let upper = character.to_ascii_uppercase();
            if length == LENGTH || !(upper.is_ascii_uppercase() || upper.is_ascii_digit()) {
                return Err(InvalidCardKey);
            }
            code[length] = upper as u8;
            length += 1;
        }
        if length == LENGTH { Ok(Self(code)) } else { Err(InvalidCardKey) }
    }

    /// A new card key: 75 random bits in 15 characters, then a check character (Luhn modulo 32).
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = [0; RANDOM_CHARACTERS];
        entropy.fill(&mut random);
        let mut code = [0; LENGTH];
        for (slot, byte) in code.iter_mut().zip(random) {
            *slot = ALPHABET[usize::from(byte & 31)];
        }
        random.zeroize();
        code[RANDOM_CHARACTERS] = check_character(&code[..RANDOM_CHARACTERS]).unwrap_or(ALPHABET[0]);
        Self(code)
    }

    /// Whether the last character is the check character of the others. False for most imported codes, which need none.
    #[must_use]
    pub fn has_check_character(&self) -> bool {
        check_character(&self.0[..RANDOM_CHARACTERS]) == Some(self.0[RANDOM_CHARACTERS])
    }

    /// The 16 characters without dashes: the form that is hashed and encrypted.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// XXXX-XXXX-XXXX-XXXX, for the one who may see it.
    #[must_use]
    pub fn expose_grouped(&self) -> String {
        let text = self.expose();
        format!("{}-{}-{}-{}", &text[..4], &text[4..8], &text[8..12], &text[12..])
    }

    /// What lists show: the first and the last group.
    #[must_use]
    pub fn masked(&self) -> MaskedCardKey {
        let text = self.expose();
        MaskedCardKey { head: text[..4].to_owned(), tail: text[12..].to_owned() }
    }
}

impl fmt::Debug for CardKeyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardKeyCode({})", self.masked())
    }
}

impl Drop for CardKeyCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The first and last four characters of a card key, shown as `ABCD-****-****-WXYZ`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedCardKey {
    /// The first four characters.
    pub head: String,
    /// The last four characters.
    pub tail: String,
}

impl fmt::Display for MaskedCardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-****-****-{}", self.head, self.tail)
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '\u{200B}' | '\u{FEFF}')
}

/// Luhn modulo 32: finds every single wrong character and nearly every swap of neighbours. `None` for characters outside the alphabet.
fn check_character(code: &[u8]) -> Option<u8> {
    let mut sum = 0;
    for (distance, character) in code.iter().rev().enumerate() {
        let value = ALPHABET.iter().position(|known| known == character)?;
        let weighted = if distance % 2 == 0 { value * 2 } else { value };
        sum += weighted / 32 + weighted % 32;
    }
    Some(ALPHABET[(32 - sum % 32) % 32])
}

#[cfg(test)]
mod tests;
