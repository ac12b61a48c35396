use std::collections::HashMap;

use cardkey_domain::UserId;
use cardkey_licensing::model::Batch;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::card_keys::validity::ValidityBody;

/// Card keys ordered together.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchView {
    id: String,
    app_id: String,
    name: Option<String>,
    note: Option<String>,
    /// The price of one, in hundredths of the operator's currency.
    price_cents: Option<u64>,
    validity: ValidityBody,
    max_devices: u32,
    /// How many were ordered.
    count: u32,
    /// How many stand already.
    generated: u32,
    /// `running`, `completed` or `cancelled`.
    status: &'static str,
    /// How many of a hundred stand already.
    progress: u32,
    created_by: Option<String>,
    created_by_name: Option<String>,
    created_at: String,
    finished_at: Option<String>,
}

impl BatchView {
    pub(super) fn of(batch: Batch, names: &HashMap<UserId, String>) -> Self {
        let percent = u64::from(batch.generated) * 100 / u64::from(batch.count.max(1));
        Self {
            id: batch.id.to_string(),
            app_id: batch.app_id.to_string(),
            name: batch.name.map(|name| name.to_string()),
            note: batch.note.map(|note| note.to_string()),
            price_cents: batch.price_cents,
            validity: batch.validity.into(),
            max_devices: batch.max_devices,
            count: batch.count,
            generated: batch.generated,
            status: batch.status.as_str(),
            progress: u32::try_from(percent).unwrap_or(100),
            created_by: batch.created_by.map(|id| id.to_string()),
            created_by_name: batch.created_by.and_then(|id| names.get(&id).cloned()),
            created_at: batch.created_at.to_string(),
            finished_at: batch.finished_at.map(|at| at.to_string()),
        }
    }
}
