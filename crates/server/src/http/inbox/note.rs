use actix_web::web::Data;
use cardkey_announce::Noted;
use cardkey_domain::AnnouncementId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// How far one is with an announcement.
#[derive(Serialize, ToSchema)]
pub(crate) struct NotedView {
    id: String,
    read_at: String,
    confirmed_at: Option<String>,
}

const READ: Message = Message { zh: "已标记为已读", en: "It is marked as read" };
const CONFIRMED: Message = Message { zh: "已确认", en: "It is confirmed" };

/// Marks an announcement as read.
pub(crate) async fn read(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<NotedView>, Problem> {
    let reader = caller.account().id;
    let noted = caller.once(async |call| services.announcements.read(call, reader, id).await).await?;
    Ok(Reply::new(READ, noted.into()))
}

/// Confirms an announcement, which marks it as read too.
pub(crate) async fn confirm(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<NotedView>, Problem> {
    let reader = caller.account().id;
    let noted = caller.once(async |call| services.announcements.confirm(call, reader, id).await).await?;
    Ok(Reply::new(CONFIRMED, noted.into()))
}

impl From<Noted> for NotedView {
    fn from(noted: Noted) -> Self {
        Self {
            id: noted.announcement_id.to_string(),
            read_at: noted.read_at.to_string(),
            confirmed_at: noted.confirmed_at.map(|at| at.to_string()),
        }
    }
}
