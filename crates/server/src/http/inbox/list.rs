use actix_web::web::Data;
use cardkey_announce::Inbox;
use cardkey_announce::model::{InboxFilter, InboxItem};
use cardkey_domain::PageRequest;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Pages, Query};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, IntoParams)]
pub(crate) struct InboxQuery {
    /// Only what is not read, or not confirmed though it must be.
    unread: Option<bool>,
    /// By priority and then newest first, unless `newest`.
    #[param(inline)]
    order: Option<InboxOrder>,
}

#[derive(Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InboxOrder {
    Priority,
    Newest,
}

/// A page of one's announcements.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboxView {
    items: Vec<InboxItemView>,
    total: u64,
    page: u32,
    page_size: u32,
    next_cursor: Option<String>,
    /// How many in all are not read, or not confirmed though they must be.
    unread: u64,
}

/// An announcement as it stands to a reader.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboxItemView {
    id: String,
    /// `system`, `maintenance`, `version` or `security`.
    #[serde(rename = "type")]
    kind: &'static str,
    title: String,
    /// Markdown.
    content: String,
    /// The content as HTML that is safe to show.
    html: String,
    /// `high`, `medium` or `low`.
    priority: &'static str,
    /// Whether it must be confirmed before going on.
    must_confirm: bool,
    published_at: Option<String>,
    expires_at: Option<String>,
    /// Null while it is not read.
    read_at: Option<String>,
    /// Null while it is not confirmed.
    confirmed_at: Option<String>,
}

/// Lists the announcements for whoever is signed in.
pub(crate) async fn list(
    caller: Caller,
    services: Data<Services>,
    Query(query): Query<InboxQuery>,
    Pages(page): Pages,
) -> Result<Reply<InboxView>, Problem> {
    let filter =
        InboxFilter { unread: query.unread.unwrap_or_default(), newest_first: query.order == Some(InboxOrder::Newest) };
    let inbox = services.announcements.inbox(caller.account().id, filter, &page).await?;
    Ok(Reply::ok(InboxView::of(&page, inbox)))
}

impl InboxView {
    fn of(request: &PageRequest, Inbox { page, unread }: Inbox) -> Self {
        Self {
            total: page.total,
            page: request.number(),
            page_size: request.size(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
            items: page.items.into_iter().map(InboxItemView::from).collect(),
            unread,
        }
    }
}

impl From<InboxItem> for InboxItemView {
    fn from(InboxItem { announcement, read_at, confirmed_at, .. }: InboxItem) -> Self {
        Self {
            id: announcement.id.to_string(),
            kind: announcement.kind.as_str(),
            title: announcement.title.to_string(),
            content: announcement.content.to_string(),
            html: announcement.html,
            priority: announcement.priority.as_str(),
            must_confirm: announcement.must_confirm,
            published_at: announcement.published_at.map(|at| at.to_string()),
            expires_at: announcement.expires_at.map(|at| at.to_string()),
            read_at: read_at.map(|at| at.to_string()),
            confirmed_at: confirmed_at.map(|at| at.to_string()),
        }
    }
}
