use actix_web::web::Data;
use cardkey_domain::BlacklistId;

use super::view::BlacklistView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const LIFTED: Message = Message { zh: "已移出黑名单", en: "It is off the blacklist" };

/// Lifts an entry of the blacklist.
pub(crate) async fn lift(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<BlacklistId>,
) -> Result<Reply<BlacklistView>, Problem> {
    let entry = caller.once(async |call| services.licensing.lift(call, id).await).await?;
    let names = services.account_names(entry.created_by).await?;
    Ok(Reply::new(LIFTED, BlacklistView::of(&entry, &names, services.ambient.now())))
}
