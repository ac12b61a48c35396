use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::BlacklistView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct BlacklistQuery {
    /// `account`, `device`, `component` or `network`.
    kind: Option<String>,
    /// Only what holds now; everything that ever was, otherwise.
    in_force: Option<bool>,
}

/// Lists what is shut out, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<BlacklistQuery>,
    Pages(page): Pages,
) -> Result<List<BlacklistView>, Problem> {
    let kind = query.kind.as_deref();
    if kind.is_some_and(|kind| !["account", "device", "component", "network"].contains(&kind)) {
        return Err(Faults::one("kind", Fault::UnknownValue).into());
    }
    let entries = services.licensing.blacklist_entries(query.in_force.unwrap_or_default(), kind, page).await?;
    let names = services.account_names(entries.items.iter().filter_map(|entry| entry.created_by)).await?;
    let now = services.ambient.now();
    Ok(List::of(&page, entries, |entry| BlacklistView::of(&entry, &names, now)))
}
