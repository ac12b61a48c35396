use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::body::draft;
use super::view::RoleView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct RoleBody {
    #[schema(max_length = 200)]
    description: Option<String>,
    /// All that it may do from now on.
    #[validate(length(max = 64))]
    permissions: Vec<String>,
}

const CHANGED: Message = Message { zh: "角色已更新", en: "The role is changed" };

/// Replaces what a role is for and may do; those who have it feel it at once.
pub(crate) async fn change(
    caller: Caller,
    services: Data<Services>,
    Path(name): Path<String>,
    Body(body): Body<RoleBody>,
) -> Result<Reply<RoleView>, Problem> {
    let draft = draft(&name, body.description.as_deref(), &body.permissions)?;
    let held = caller.signed_in().permissions();
    let role = caller.once(async |call| services.identity.change_role(call, held, draft).await).await?;
    Ok(Reply::new(CHANGED, role.into()))
}
