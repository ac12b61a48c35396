use actix_web::web::Data;
use cardkey_domain::AnnouncementId;

use super::view::AnnouncementView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const PUBLISHED: Message = Message { zh: "公告已发布", en: "The announcement is published" };

/// Publishes an announcement now.
pub(crate) async fn publish(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<AnnouncementView>, Problem> {
    let published = caller.once(async |call| services.announcements.publish(call, id).await).await?;
    Ok(Reply::new(PUBLISHED, AnnouncementView::whole(&services, published).await?))
}
