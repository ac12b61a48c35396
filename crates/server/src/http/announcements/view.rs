use std::collections::HashMap;

use cardkey_announce::model::Announcement;
use cardkey_domain::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{AnnouncementAudienceKind, AnnouncementPriority, AnnouncementStatus, AnnouncementType};
use crate::http::problem::Problem;
use crate::http::services::Services;

/// An announcement as operators see it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnnouncementView {
    id: String,
    #[serde(rename = "type")]
    kind: AnnouncementType,
    title: String,
    /// Markdown.
    content: String,
    /// The content as HTML that is safe to show.
    html: String,
    priority: AnnouncementPriority,
    status: AnnouncementStatus,
    audience: AudienceView,
    must_confirm: bool,
    publish_at: Option<String>,
    published_at: Option<String>,
    expires_at: Option<String>,
    /// Null where the system wrote it.
    created_by: Option<String>,
    created_by_name: Option<String>,
    created_at: String,
    updated_at: String,
}

/// For whom it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct AudienceView {
    kind: AnnouncementAudienceKind,
    /// The apps, groups or accounts; null in lists.
    ids: Option<Vec<String>>,
}

impl AnnouncementView {
    /// With its audience and the name of who wrote it.
    pub(super) async fn whole(services: &Services, announcement: Announcement) -> Result<Self, Problem> {
        let subjects = services.announcements.subjects(announcement.id).await?;
        let names = services.account_names(announcement.created_by).await?;
        Ok(Self::of(announcement, Some(&subjects), &names))
    }

    pub(super) fn of(announcement: Announcement, ids: Option<&[Uuid]>, names: &HashMap<UserId, String>) -> Self {
        let created_by = announcement.created_by;
        Self {
            id: announcement.id.to_string(),
            kind: announcement.kind.into(),
            title: announcement.title.to_string(),
            content: announcement.content.to_string(),
            html: announcement.html,
            priority: announcement.priority.into(),
            status: announcement.state.into(),
            audience: AudienceView {
                kind: announcement.audience.into(),
                ids: ids.map(|ids| ids.iter().map(ToString::to_string).collect()),
            },
            must_confirm: announcement.must_confirm,
            publish_at: announcement.publish_at.map(|at| at.to_string()),
            published_at: announcement.published_at.map(|at| at.to_string()),
            expires_at: announcement.expires_at.map(|at| at.to_string()),
            created_by: created_by.map(|id| id.to_string()),
            created_by_name: created_by.and_then(|id| names.get(&id).cloned()),
            created_at: announcement.created_at.to_string(),
            updated_at: announcement.updated_at.to_string(),
        }
    }
}
