use actix_web::web::Data;
use cardkey_domain::AppId;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::BatchView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct BatchQuery {
    /// For this app.
    #[param(value_type = Option<String>)]
    app_id: Option<AppId>,
    /// `running`, `completed` or `cancelled`.
    status: Option<String>,
}

/// Lists batches, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<BatchQuery>,
    Pages(page): Pages,
) -> Result<List<BatchView>, Problem> {
    let status = query.status.map(|text| text.parse()).transpose();
    let status = status.map_err(|()| Faults::one("status", Fault::UnknownValue))?;
    let batches = services.licensing.batches(query.app_id, status, page).await?;
    let names = services.account_names(batches.items.iter().filter_map(|batch| batch.created_by)).await?;
    Ok(List::of(&page, batches, |batch| BatchView::of(batch, &names)))
}
