use actix_web::web::Data;
use cardkey_domain::CardKeyId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::problem::Problem;
use crate::http::services::Services;

/// A card key in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct RevealedView {
    id: String,
    /// XXXX-XXXX-XXXX-XXXX.
    card_key: String,
}

/// Shows a card key in clear, which is written down.
pub(crate) async fn reveal(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<RevealedView>, Problem> {
    let revealed = caller.once(async |call| services.licensing.reveal(call, id).await).await?;
    Ok(Reply::ok(RevealedView { id: revealed.id.to_string(), card_key: revealed.card_key }))
}
