use actix_web::web::Data;
use cardkey_domain::UserId;

use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sessions::{EndedView, REVOKED, RevokeBody};

/// Ends one session of an account.
pub(crate) async fn revoke_session(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<UserId>,
    Body(body): Body<RevokeBody>,
) -> Result<Reply<EndedView>, Problem> {
    let ended = caller.once(async |call| services.identity.revoke_session(call, id, body.session_id).await).await?;
    Ok(Reply::new(REVOKED, ended.into()))
}
