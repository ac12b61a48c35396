use std::borrow::Cow;

use cardkey_domain::CardKeyCode;
use cardkey_licensing::model::CardKey;
use serde::Serialize;

use crate::http::export::Row;

/// What a file tells of a card key.
#[derive(Debug, Serialize)]
pub(super) struct CardKeyRow {
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

impl CardKeyRow {
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
}

impl Row for CardKeyRow {
    const COLUMNS: &'static [&'static str] = &[
        "card_key",
        "status",
        "validity",
        "amount",
        "max_devices",
        "note",
        "created_at",
        "activated_at",
        "expires_at",
    ];

    fn cells(&self) -> Vec<Cow<'_, str>> {
        vec![
            self.card_key.as_str().into(),
            self.status.into(),
            self.validity.into(),
            self.amount.as_str().into(),
            self.max_devices.to_string().into(),
            self.note.as_str().into(),
            self.created_at.as_str().into(),
            self.activated_at.as_str().into(),
            self.expires_at.as_str().into(),
        ]
    }
}
