use actix_web::web::Data;
use cardkey_domain::AppId;

use super::view::AppView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows an app.
pub(crate) async fn show(services: Data<Services>, Path(id): Path<AppId>) -> Result<Reply<AppView>, Problem> {
    let app = services.licensing.app(id).await?.ok_or(Code::AppNotFound)?;
    Ok(Reply::ok(app.as_ref().clone().into()))
}
