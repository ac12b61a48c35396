use actix_web::web::Data;
use cardkey_domain::UserId;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sessions::EndedView;

const SIGNED_OUT: Message = Message { zh: "该用户已被强制退出", en: "The account is signed out everywhere" };

/// Ends all sessions of an account.
pub(crate) async fn sign_out(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<UserId>,
) -> Result<Reply<EndedView>, Problem> {
    let ended = caller.once(async |call| services.identity.sign_out_user(call, id).await).await?;
    Ok(Reply::new(SIGNED_OUT, ended.into()))
}
