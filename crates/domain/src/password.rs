use zeroize::Zeroize;

use crate::{Email, Secret, UserName};

/// A password as typed. It cannot be printed and is wiped when dropped.
#[derive(Debug, Clone)]
pub struct Password(Secret<String>);

impl Password {
    /// Takes what was typed, whatever it is: only new passwords must obey the policy.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// The text, for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A rule that a new password breaks. The name stands in the problem document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordRule {
    /// Fewer than 8 characters.
    TooShort,
    /// More than 128 characters.
    TooLong,
    /// No upper-case letter.
    NoUpper,
    /// No lower-case letter.
    NoLower,
    /// No digit.
    NoDigit,
    /// No special character.
    NoSpecial,
    /// On the list of common passwords.
    Common,
    /// Mostly the user's own name or email address.
    ContainsName,
}

impl PasswordRule {
    /// The rule's stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password.too_short",
            Self::TooLong => "password.too_long",
            Self::NoUpper => "password.no_upper",
            Self::NoLower => "password.no_lower",
            Self::NoDigit => "password.no_digit",
            Self::NoSpecial => "password.no_special",
            Self::Common => "password.common",
            Self::ContainsName => "password.contains_name",
        }
    }
}

/// What a new password must be (AUTH-03).
#[derive(Debug, Clone, Copy)]
pub struct PasswordPolicy;

impl PasswordPolicy {
    /// Fewest characters.
    pub const SHORTEST: usize = 8;
    /// Most characters.
    pub const LONGEST: usize = 128;

    /// Every rule the password breaks; none means it may be used.
    #[must_use]
    pub fn broken_rules(password: &Password, name: &UserName, email: Option<&Email>) -> Vec<PasswordRule> {
        let text = password.expose();
        let length = text.chars().count();
        let mut folded = text.to_lowercase();
        let rules = [
            (length < Self::SHORTEST, PasswordRule::TooShort),
            (length > Self::LONGEST, PasswordRule::TooLong),
            (!text.chars().any(char::is_uppercase), PasswordRule::NoUpper),
            (!text.chars().any(char::is_lowercase), PasswordRule::NoLower),
            (!text.chars().any(|c| c.is_ascii_digit()), PasswordRule::NoDigit),
            (!text.chars().any(|c| !c.is_alphanumeric()), PasswordRule::NoSpecial),
            (COMMON.lines().any(|common| common == folded), PasswordRule::Common),
            (is_mostly(&folded, name, email), PasswordRule::ContainsName),
        ];
        folded.zeroize();
        rules.into_iter().filter_map(|(broken, rule)| broken.then_some(rule)).collect()
    }
}

/// Common passwords that the character classes let through, lower-case, one a line.
const COMMON: &str = include_str!("password/common.txt");

/// Whether one of the owner's own names makes up half of the password or more.
fn is_mostly(folded: &str, name: &UserName, email: Option<&Email>) -> bool {
    let names = [Some(name.key()), email.map(Email::key), email.map(|e| e.local_part().to_lowercase())];
    names.into_iter().flatten().any(|own| folded.contains(&own) && own.chars().count() * 2 >= folded.chars().count())
}

#[cfg(test)]
mod tests;
