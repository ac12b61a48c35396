use actix_web::web::Data;
use cardkey_domain::UserId;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sessions::SessionList;

/// Lists the live sessions of an account, most recently active first.
pub(crate) async fn sessions(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<UserId>,
) -> Result<Reply<SessionList>, Problem> {
    SessionList::read(&services, id, caller.signed_in().session().id).await.map(Reply::ok)
}
