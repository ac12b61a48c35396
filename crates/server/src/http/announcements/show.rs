use actix_web::web::Data;
use cardkey_domain::AnnouncementId;

use super::view::AnnouncementView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows an announcement with its audience.
pub(crate) async fn show(
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
) -> Result<Reply<AnnouncementView>, Problem> {
    let shown = services.announcements.show(id).await?.ok_or(Code::AnnouncementNotFound)?;
    let names = services.account_names(shown.announcement.created_by).await?;
    Ok(Reply::ok(AnnouncementView::of(shown.announcement, Some(&shown.subjects), &names)))
}
