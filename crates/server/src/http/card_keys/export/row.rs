use std::borrow::Cow;

use cardkey_domain::CardKeyCode;
use cardkey_licensing::model::CardKey;
use serde::Serialize;

/// What a file tells of a card key.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) card_key: String,
    pub(super) status: &'static str,
    pub(super) validity: &'static str,
    pub(super) amount: String,
    pub(super) max_devices: u32,
    pub(super) note: String,
    pub(super) created_at: String,
    pub(super) activated_at: String,
    pub(super) expires_at: String,
}

/// The columns, in the order of the cells.
pub(super) const COLUMNS: [&str; 9] =
    ["card_key", "status", "validity", "amount", "max_devices", "note", "created_at", "activated_at", "expires_at"];

impl Row {
    pub(super) fn of(card: &CardKey, code: &CardKeyCode) -> Self {
        use cardkey_domain::Validity as V;
        let amount = match card.validity {
            V::Permanent => String::new(),
            V::Until { until } => until.to_string(),
            validity => validity.amount().to_string(),
        };
        Self {
            card_key: code.expose_grouped(),
            status: card.state.as_str(),
            validity: card.validity.kind(),
            amount,
            max_devices: card.max_devices,
            note: card.note.as_ref().map(ToString::to_string).unwrap_or_default(),
            created_at: card.created_at.to_string(),
            activated_at: card.activated_at.map(|at| at.to_string()).unwrap_or_default(),
            expires_at: card.expires_at.map(|at| at.to_string()).unwrap_or_default(),
        }
    }

    pub(super) fn cells(&self) -> [Cow<'_, str>; COLUMNS.len()] {
        [
            self.card_key.as_str().into(),
            self.status.into(),
            self.validity.into(),
            self.amount.as_str().into(),
            self.max_devices.to_string().into(),
            harmless(&self.note),
            self.created_at.as_str().into(),
            self.activated_at.as_str().into(),
            self.expires_at.as_str().into(),
        ]
    }
}

/// A text that a spreadsheet does not take for a formula (OWASP, CSV injection).
pub(super) fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches(' ').chars().next();
    let dangerous =
        first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    if dangerous { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    // CARD-03
    #[test]
    fn a_note_is_never_a_formula() {
        for formula in ["=1+1", "+cmd", "-2", "@sum", "\t=1", " =HYPERLINK(\"x\")", "＝1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for note in ["spring", "1=1", "a@b.example", ""] {
            assert_eq!(harmless(note), note);
        }
    }
}
