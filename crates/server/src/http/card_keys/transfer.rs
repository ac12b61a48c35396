use actix_web::web::Data;
use cardkey_domain::{CardKeyId, UserName};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::state::reply;
use super::view::CardKeyView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct TransferBody {
    /// The user name of who is to have it.
    username: String,
}

const TRANSFERRED: Message = Message { zh: "卡密已转移", en: "The card key is transferred" };

/// Gives a card key to another account.
pub(crate) async fn transfer(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
    Body(body): Body<TransferBody>,
) -> Result<Reply<CardKeyView>, Problem> {
    let to = UserName::parse(&body.username).map_err(|invalid| Faults::one("username", invalid))?;
    let card = caller.once(async |call| services.licensing.transfer(call, id, &to).await).await?;
    reply(&services, TRANSFERRED, card).await
}
