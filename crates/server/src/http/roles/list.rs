use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::RoleView;
use crate::http::answer::Reply;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Every role there is.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoleList {
    items: Vec<RoleView>,
}

/// Lists every role, the built-in ones first.
pub(crate) async fn list(services: Data<Services>) -> Result<Reply<RoleList>, Problem> {
    let roles = services.identity.roles().await?;
    Ok(Reply::ok(RoleList { items: roles.into_iter().map(RoleView::from).collect() }))
}
