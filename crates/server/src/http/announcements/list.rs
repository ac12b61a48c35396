use actix_web::web::Data;
use cardkey_announce::model::AnnouncementFilter;
use cardkey_domain::Text;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::AnnouncementView;
use super::words::{AnnouncementPriority, AnnouncementStatus, AnnouncementType};
use crate::http::answer::List;
use crate::http::extract::{Pages, Query};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct AnnouncementQuery {
    #[serde(rename = "type")]
    #[param(rename = "type", inline)]
    kind: Option<AnnouncementType>,
    #[param(inline)]
    priority: Option<AnnouncementPriority>,
    #[param(inline)]
    status: Option<AnnouncementStatus>,
    /// The beginning of the title.
    q: Option<String>,
}

/// Lists announcements, newest first; the ids of their audiences are shown one by one only.
pub(crate) async fn list(
    services: Data<Services>,
    Query(query): Query<AnnouncementQuery>,
    Pages(page): Pages,
) -> Result<List<AnnouncementView>, Problem> {
    let filter = query.parse()?;
    let found = services.announcements.list(&filter, &page).await?;
    let names = services.account_names(found.items.iter().filter_map(|item| item.created_by)).await?;
    Ok(List::of(&page, found, |item| AnnouncementView::of(item, None, &names)))
}

impl AnnouncementQuery {
    fn parse(self) -> Result<AnnouncementFilter, Problem> {
        let mut faults = Faults::default();
        let q = faults.take("q", Text::<200>::parse_optional(self.q.as_deref()));
        faults.finish(|| {
            Some(AnnouncementFilter {
                kind: self.kind.map(Into::into),
                priority: self.priority.map(Into::into),
                state: self.status.map(Into::into),
                q: q?.map(|q| q.to_string()),
            })
        })
    }
}
