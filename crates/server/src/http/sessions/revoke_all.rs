use actix_web::web::Data;

use super::view::EndedView;
use crate::http::answer::Reply;
use crate::http::extract::Caller;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const REVOKED: Message = Message { zh: "其他设备已退出", en: "The other devices are signed out" };

/// Ends all of one's own sessions but this one.
pub(crate) async fn revoke_all(caller: Caller, services: Data<Services>) -> Result<Reply<EndedView>, Problem> {
    let who = caller.signed_in();
    let ended = caller.once(async |call| services.identity.revoke_other_sessions(call, who).await).await?;
    Ok(Reply::new(REVOKED, ended.into()))
}
