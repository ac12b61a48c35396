use actix_web::web::Data;
use cardkey_announce::{EditAnnouncement, Editor, Publication};
use cardkey_domain::{AnnouncementId, Permission, Text, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::audience::AnnouncementAudience;
use super::view::AnnouncementView;
use super::words::{AnnouncementPriority, AnnouncementType};
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path, present};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// What is to change; what is left out stays.
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct EditAnnouncementBody {
    #[serde(rename = "type")]
    kind: Option<AnnouncementType>,
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    #[schema(min_length = 1, max_length = 20_000)]
    content: Option<String>,
    priority: Option<AnnouncementPriority>,
    audience: Option<AnnouncementAudience>,
    /// When it is published by itself (RFC 3339); null makes it a draft. Needs the permission to publish.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    publish_at: Option<Option<String>>,
    /// When it hides by itself (RFC 3339); null for never.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    expires_at: Option<Option<String>>,
    must_confirm: Option<bool>,
}

const EDITED: Message = Message { zh: "公告已更新", en: "The announcement is changed" };

/// Changes an announcement that nobody has seen yet.
pub(crate) async fn edit(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AnnouncementId>,
    Body(body): Body<EditAnnouncementBody>,
) -> Result<Reply<AnnouncementView>, Problem> {
    let edit = body.parse()?;
    let may_publish = caller.signed_in().may(Permission::AnnouncementsPublish);
    let editor = if may_publish.is_ok() { Editor::Publisher } else { Editor::Writer };
    if edit.publication.is_some_and(|publication| publication != Publication::Later) {
        may_publish?;
    }
    let edited = caller.once(async |call| services.announcements.edit(call, editor, id, edit).await).await?;
    Ok(Reply::new(EDITED, AnnouncementView::whole(&services, edited).await?))
}

impl EditAnnouncementBody {
    fn parse(self) -> Result<EditAnnouncement, Problem> {
        let mut faults = Faults::default();
        let title = self.title.map(|text| faults.take("title", Text::parse(&text)));
        let content = self.content.map(|text| faults.take("content", Text::parse(&text)));
        let audience = self.audience.map(|audience| audience.parse(&mut faults));
        let mut time = |field, at: Option<Option<String>>| {
            at.map(|at| at.and_then(|at| faults.take(field, Timestamp::parse(&at))))
        };
        let publish_at = time("publish_at", self.publish_at);
        let expires_at = time("expires_at", self.expires_at);
        faults.finish(|| {
            Some(EditAnnouncement {
                kind: self.kind.map(Into::into),
                title: title.flatten(),
                content: content.flatten(),
                priority: self.priority.map(Into::into),
                audience: audience.flatten(),
                publication: publish_at.map(|at| at.map_or(Publication::Later, Publication::At)),
                expires_at,
                must_confirm: self.must_confirm,
            })
        })
    }
}
