use std::collections::HashMap;

use cardkey_domain::UserId;
use cardkey_licensing::model::CardKey;
use serde::Serialize;
use utoipa::ToSchema;

use super::validity::ValidityBody;

/// A card key, masked.
#[derive(Serialize, ToSchema)]
pub(crate) struct CardKeyView {
    id: String,
    app_id: String,
    batch_id: String,
    /// `ABCD-****-****-WXYZ`.
    masked: String,
    /// `unused`, `activated`, `expired`, `disabled` or `deleted`.
    status: &'static str,
    validity: ValidityBody,
    max_devices: u32,
    note: Option<String>,
    owner_id: Option<String>,
    owner_name: Option<String>,
    license_id: Option<String>,
    created_at: String,
    activated_at: Option<String>,
    expires_at: Option<String>,
}

impl CardKeyView {
    pub(super) fn of(card: CardKey, names: &HashMap<UserId, String>) -> Self {
        Self {
            id: card.id.to_string(),
            app_id: card.app_id.to_string(),
            batch_id: card.batch_id.to_string(),
            masked: card.masked.to_string(),
            status: card.state.as_str(),
            validity: card.validity.into(),
            max_devices: card.max_devices,
            note: card.note.map(|note| note.to_string()),
            owner_id: card.owner_id.map(|id| id.to_string()),
            owner_name: card.owner_id.and_then(|id| names.get(&id).cloned()),
            license_id: card.licence_id.map(|id| id.to_string()),
            created_at: card.created_at.to_string(),
            activated_at: card.activated_at.map(|at| at.to_string()),
            expires_at: card.expires_at.map(|at| at.to_string()),
        }
    }
}
