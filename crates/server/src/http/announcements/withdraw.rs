use actix_web::web::Data;
use cardkey_domain::AnnouncementId;

use super::view::AnnouncementView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const WITHDRAWN: Message = Message { zh: "公告已撤回", en: "The announcement is taken back" };

/// Takes an announcement back, or discards a draft.
pub(crate) async fn withdraw(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<AnnouncementView>, Problem> {
    let withdrawn = caller.once(async |call| services.announcements.withdraw(call, id).await).await?;
    Ok(Reply::new(WITHDRAWN, AnnouncementView::whole(&services, withdrawn).await?))
}
