use actix_web::web::Data;
use cardkey_announce::model::Unconfirmed;
use cardkey_domain::AnnouncementId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::List;
use crate::http::extract::{Pages, Path};
use crate::http::problem::Problem;
use crate::http::services::Services;

/// An account that has yet to confirm.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnconfirmedView {
    user_id: String,
    username: String,
    /// When it reached a client of theirs; null where it has not.
    delivered_at: Option<String>,
    read_at: Option<String>,
}

/// Lists who of the audience has not confirmed an announcement, newest account first.
pub(crate) async fn unconfirmed(
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
    Pages(page): Pages,
) -> Result<List<UnconfirmedView>, Problem> {
    let found = services.announcements.unconfirmed(id, &page).await?;
    Ok(List::of(&page, found, UnconfirmedView::from))
}

impl From<Unconfirmed> for UnconfirmedView {
    fn from(unconfirmed: Unconfirmed) -> Self {
        Self {
            user_id: unconfirmed.user_id.to_string(),
            username: unconfirmed.name,
            delivered_at: unconfirmed.delivered_at.map(|at| at.to_string()),
            read_at: unconfirmed.read_at.map(|at| at.to_string()),
        }
    }
}
