use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, OptionalBody};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sessions::EndedView;

#[derive(Default, Deserialize, Validate, ToSchema)]
pub(crate) struct LogoutBody {
    /// Whether every session of the account is to end, not only this one.
    #[serde(default)]
    all_devices: bool,
}

const SIGNED_OUT: Message = Message { zh: "已退出登录", en: "Signed out" };

/// Ends this session, or all of the account.
pub(crate) async fn logout(
    caller: Caller,
    services: Data<Services>,
    OptionalBody(body): OptionalBody<LogoutBody>,
) -> Result<Reply<EndedView>, Problem> {
    let (identity, who) = (&services.identity, caller.signed_in());
    let ended = if body.all_devices {
        caller.once(async |call| identity.sign_out_everywhere(call, who).await).await?
    } else {
        caller.once(async |call| identity.sign_out(call, who).await).await?
    };
    Ok(Reply::new(SIGNED_OUT, ended.into()))
}
