use actix_web::web::Data;
use cardkey_domain::EventId;

use super::view::EventDetailView;
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// Shows an event with what handlers failed at.
pub(crate) async fn show(services: Data<Services>, Path(id): Path<EventId>) -> Result<Reply<EventDetailView>, Problem> {
    let event = services.events.show(id).await?.ok_or(Code::EventNotFound)?;
    Ok(Reply::ok(event.into()))
}
