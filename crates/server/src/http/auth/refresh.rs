use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::token_reply::{TokenReply, token_reply};
use crate::http::answer::Flat;
use crate::http::extract::{Body, Visitor};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct RefreshBody {
    refresh_token: String,
}

const REFRESHED: Message = Message { zh: "登录凭证已更新", en: "The tokens are renewed" };

/// Exchanges a refresh token for a new pair. The same again within 30 s gets the same pair; later, the session ends.
pub(crate) async fn refresh(
    visitor: Visitor,
    services: Data<Services>,
    Body(body): Body<RefreshBody>,
) -> Result<Flat<TokenReply>, Problem> {
    let grant = visitor.once(async |call| services.identity.refresh(call, &body.refresh_token).await).await?;
    Ok(token_reply(&services, REFRESHED, grant))
}
