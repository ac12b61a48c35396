use actix_web::web::Data;
use cardkey_domain::EventId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayView {
    /// How many handlers are given the event again.
    deliveries: u64,
}

const REPLAYED: Message = Message { zh: "事件将重新投递", en: "The event is handed over again" };

/// Gives an event again to the handlers that gave it up.
pub(crate) async fn replay(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<EventId>,
) -> Result<Reply<ReplayView>, Problem> {
    let replayed = caller.once(async |call| services.events.replay(call, id).await).await?;
    Ok(Reply::new(REPLAYED, ReplayView { deliveries: replayed.deliveries }))
}
