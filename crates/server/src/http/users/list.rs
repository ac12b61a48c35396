use actix_web::web::Data;
use cardkey_domain::{RoleName, Text};
use cardkey_identity::UserFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{AccountStatus, UserView};
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct UserQuery {
    /// The beginning of the name or of the address.
    q: Option<String>,
    #[param(inline)]
    status: Option<AccountStatus>,
    /// With this role.
    role: Option<String>,
}

/// Lists accounts, newest first.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<UserQuery>,
    Pages(page): Pages,
) -> Result<List<UserView>, Problem> {
    let mut faults = Faults::default();
    let q = faults.take("q", Text::<254>::parse_optional(query.q.as_deref()));
    let role = query.role.map(|role| faults.take("role", RoleName::parse(&role)));
    let filter = faults.finish(|| {
        Some(UserFilter {
            q: q?.map(|q| q.as_str().to_owned()),
            status: query.status.map(Into::into),
            role: role.flatten(),
        })
    })?;
    let users = services.identity.users(&filter, page).await?;
    Ok(List::of(&page, users, UserView::from))
}
