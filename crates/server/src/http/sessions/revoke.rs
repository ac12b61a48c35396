use actix_web::web::Data;
use cardkey_domain::SessionId;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::view::EndedView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct RevokeBody {
    #[schema(value_type = String, format = "uuid")]
    pub(in crate::http) session_id: SessionId,
}

pub(in crate::http) const REVOKED: Message = Message { zh: "会话已结束", en: "The session is ended" };

/// Ends one of one's own sessions.
pub(crate) async fn revoke(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<RevokeBody>,
) -> Result<Reply<EndedView>, Problem> {
    let owner = caller.account().id;
    let ended = caller.once(async |call| services.identity.revoke_session(call, owner, body.session_id).await).await?;
    Ok(Reply::new(REVOKED, ended.into()))
}
