use actix_web::web::Data;
use cardkey_domain::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct PreviewBody {
    /// Markdown.
    #[schema(min_length = 1, max_length = 20_000)]
    content: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PreviewView {
    /// The content as HTML that is safe to show.
    html: String,
}

/// Shows what a body will look like, and changes nothing.
pub(crate) async fn preview(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<PreviewBody>,
) -> Result<Reply<PreviewView>, Problem> {
    let mut faults = Faults::default();
    let content = faults.take("content", Text::parse(&body.content));
    let content = faults.finish(|| content)?;
    let html = caller.once(async |call| services.announcements.preview(call, &content).await).await?;
    Ok(Reply::ok(PreviewView { html }))
}
