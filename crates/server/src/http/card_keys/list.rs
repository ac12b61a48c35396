use actix_web::web::Data;
use cardkey_domain::{AppId, BatchId, DeviceId, Text, Timestamp, UserId};
use cardkey_licensing::CardKeyQuery;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::CardKeyView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct CardKeyListQuery {
    /// Of this app.
    #[param(value_type = Option<String>)]
    app_id: Option<AppId>,
    /// Of this batch.
    #[param(value_type = Option<String>)]
    batch_id: Option<BatchId>,
    /// `unused`, `activated`, `expired`, `disabled` or `deleted`; deleted ones are shown only when asked for.
    status: Option<String>,
    /// Of this account.
    #[param(value_type = Option<String>)]
    owner_id: Option<UserId>,
    /// Bound to this device.
    #[param(value_type = Option<String>)]
    device_id: Option<DeviceId>,
    /// Made at this time or later (RFC 3339).
    created_from: Option<String>,
    /// Made before this time (RFC 3339).
    created_to: Option<String>,
    /// A whole card key, the first or last four characters of one, or the beginning of a note.
    q: Option<String>,
}

/// Lists card keys, newest first, masked.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<CardKeyListQuery>,
    Pages(page): Pages,
) -> Result<List<CardKeyView>, Problem> {
    let query = query.parse()?;
    let card_keys = services.licensing.card_keys(&query, page).await?;
    let names = services.account_names(card_keys.items.iter().filter_map(|card| card.owner_id)).await?;
    Ok(List::of(&page, card_keys, |card| CardKeyView::of(card, &names)))
}

impl CardKeyListQuery {
    fn parse(self) -> Result<CardKeyQuery, Problem> {
        let mut faults = Faults::default();
        let state = self.status.map(|text| faults.take("status", text.parse().map_err(|()| Fault::UnknownValue)));
        let from = self.created_from.map(|from| faults.take("created_from", Timestamp::parse(&from)));
        let to = self.created_to.map(|to| faults.take("created_to", Timestamp::parse(&to)));
        let q = faults.take("q", Text::<200>::parse_optional(self.q.as_deref()));
        faults.finish(|| {
            Some(CardKeyQuery {
                app: self.app_id,
                batch: self.batch_id,
                state: state.flatten(),
                owner: self.owner_id,
                device: self.device_id,
                created_from: from.flatten(),
                created_to: to.flatten(),
                q: q?.map(|text| text.to_string()),
            })
        })
    }
}
