use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::body::draft;
use super::view::RoleView;
use crate::http::answer::Created;
use crate::http::extract::{Body, Caller};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct NewRoleBody {
    /// 2 to 32 lower-case letters, digits and underscores, starting with a letter.
    #[schema(min_length = 2, max_length = 32)]
    name: String,
    #[schema(max_length = 200)]
    description: Option<String>,
    /// What it may do, none of it more than its maker may.
    #[validate(length(max = 64))]
    permissions: Vec<String>,
}

const CREATED: Message = Message { zh: "角色已创建", en: "The role is made" };

/// Makes a role.
pub(crate) async fn create(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<NewRoleBody>,
) -> Result<Created<RoleView>, Problem> {
    let draft = draft(&body.name, body.description.as_deref(), &body.permissions)?;
    let held = caller.signed_in().permissions();
    let role = caller.once(async |call| services.identity.create_role(call, held, draft).await).await?;
    Ok(Created::new(CREATED, role.into()))
}
