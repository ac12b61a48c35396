use actix_web::web::Data;
use cardkey_domain::Text;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::AppView;
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct AppQuery {
    /// A part of the name.
    q: Option<String>,
}

/// Lists apps, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<AppQuery>,
    Pages(page): Pages,
) -> Result<List<AppView>, Problem> {
    let mut faults = Faults::default();
    let q = faults.take("q", Text::<100>::parse_optional(query.q.as_deref()));
    let q = faults.finish(|| q)?;
    let apps = services.licensing.apps(q.as_ref().map(Text::as_str), page).await?;
    Ok(List::of(&page, apps, AppView::from))
}
