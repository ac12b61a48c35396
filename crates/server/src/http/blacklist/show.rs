use actix_web::web::Data;
use cardkey_domain::BlacklistId;

use super::view::BlacklistView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows an entry of the blacklist.
pub(crate) async fn show(
    services: Data<Services>,
    Path(id): Path<BlacklistId>,
) -> Result<Reply<BlacklistView>, Problem> {
    let entry = services.licensing.blacklist_entry(id).await?.ok_or(Code::BlacklistNotFound)?;
    let names = services.account_names(entry.created_by).await?;
    Ok(Reply::ok(BlacklistView::of(&entry, &names, services.ambient.now())))
}
