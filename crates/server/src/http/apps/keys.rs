use actix_web::web::Data;
use cardkey_domain::AppId;

use crate::http::answer::Bare;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::system::PublishedKeys;

/// Publishes the keys that an app's verdicts can be checked with.
pub(crate) async fn keys(services: Data<Services>, Path(id): Path<AppId>) -> Result<Bare<PublishedKeys>, Problem> {
    let keys = services.licensing.published_keys(id).await?.ok_or(Code::AppNotFound)?;
    Ok(Bare(keys.into()))
}
