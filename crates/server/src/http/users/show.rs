use actix_web::web::Data;
use cardkey_domain::UserId;

use super::view::UserView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows an account.
pub(crate) async fn show(services: Data<Services>, Path(id): Path<UserId>) -> Result<Reply<UserView>, Problem> {
    let account = services.identity.user(id).await?.ok_or(Code::UserNotFound)?;
    Ok(Reply::ok(account.into()))
}
