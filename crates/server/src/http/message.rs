//! What people are told when something went well, in both languages. Errors have their own table (`error.rs`), fields theirs (`fault.rs`).

use super::extract::Locale;

/// A sentence in the languages we speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

impl Message {
    /// Nothing more to say than that it went well.
    pub(crate) const OK: Self = Self { zh: "操作成功", en: "OK" };

    /// The sentence in one language.
    pub(crate) fn in_locale(self, locale: Locale) -> &'static str {
        match locale {
            Locale::Zh => self.zh,
            Locale::En => self.en,
        }
    }
}
