use actix_web::web::Data;
use cardkey_announce::{AnnouncementDraft, Publication};
use cardkey_domain::{Permission, Text, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::audience::AnnouncementAudience;
use super::view::AnnouncementView;
use super::words::{AnnouncementPriority, AnnouncementType};
use crate::http::answer::Created;
use crate::http::extract::{Body, Caller};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct AnnouncementBody {
    #[serde(rename = "type")]
    kind: AnnouncementType,
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Markdown (CommonMark with tables and strike-through). HTML in it is shown as text.
    #[schema(min_length = 1, max_length = 20_000)]
    content: String,
    priority: AnnouncementPriority,
    audience: AnnouncementAudience,
    /// When it is published by itself (RFC 3339); a draft where it is left out. Needs the permission to publish.
    publish_at: Option<String>,
    /// When it hides by itself (RFC 3339); never where it is left out.
    expires_at: Option<String>,
    /// Whether a reader must confirm it before going on.
    #[serde(default)]
    must_confirm: bool,
}

const CREATED: Message = Message { zh: "公告已创建", en: "The announcement is written" };

/// Writes an announcement: a draft, or one that is published by itself.
pub(crate) async fn create(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<AnnouncementBody>,
) -> Result<Created<AnnouncementView>, Problem> {
    let draft = body.parse()?;
    if draft.publication != Publication::Later {
        caller.signed_in().may(Permission::AnnouncementsPublish)?;
    }
    let made = caller.once(async |call| services.announcements.create(call, draft).await).await?;
    Ok(Created::new(CREATED, AnnouncementView::whole(&services, made).await?))
}

impl AnnouncementBody {
    fn parse(self) -> Result<AnnouncementDraft, Problem> {
        let mut faults = Faults::default();
        let title = faults.take("title", Text::parse(&self.title));
        let content = faults.take("content", Text::parse(&self.content));
        let audience = self.audience.parse(&mut faults);
        let publish_at = self.publish_at.map(|at| faults.take("publish_at", Timestamp::parse(&at)));
        let expires_at = self.expires_at.map(|at| faults.take("expires_at", Timestamp::parse(&at)));
        faults.finish(|| {
            Some(AnnouncementDraft {
                kind: self.kind.into(),
                title: title?,
                content: content?,
                priority: self.priority.into(),
                audience: audience?,
                publication: publish_at.flatten().map_or(Publication::Later, Publication::At),
                expires_at: expires_at.flatten(),
                must_confirm: self.must_confirm,
            })
        })
    }
}
