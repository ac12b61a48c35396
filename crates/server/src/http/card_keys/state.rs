//! The four changes that concern a card key's state alone.

use actix_web::web::Data;
use cardkey_domain::CardKeyId;
use cardkey_licensing::model::CardKey;

use super::view::CardKeyView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

const DISABLED: Message = Message { zh: "卡密已禁用", en: "The card key is disabled" };
const ENABLED: Message = Message { zh: "卡密已启用", en: "The card key is enabled" };
const DELETED: Message = Message { zh: "卡密已删除", en: "The card key is deleted" };
const RESTORED: Message = Message { zh: "卡密已恢复", en: "The card key is restored" };

/// Shuts a card key off.
pub(crate) async fn disable(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<CardKeyView>, Problem> {
    let card = caller.once(async |call| services.licensing.disable(call, id).await).await?;
    reply(&services, DISABLED, card).await
}

/// Undoes that.
pub(crate) async fn enable(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<CardKeyView>, Problem> {
    let card = caller.once(async |call| services.licensing.enable(call, id).await).await?;
    reply(&services, ENABLED, card).await
}

/// Takes a card key away; it can be restored.
pub(crate) async fn delete(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<CardKeyView>, Problem> {
    let card = caller.once(async |call| services.licensing.delete(call, id).await).await?;
    reply(&services, DELETED, card).await
}

/// Undoes that.
pub(crate) async fn restore(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
) -> Result<Reply<CardKeyView>, Problem> {
    let card = caller.once(async |call| services.licensing.restore(call, id).await).await?;
    reply(&services, RESTORED, card).await
}

/// The card key as it then stands.
pub(super) async fn reply(services: &Services, message: Message, card: CardKey) -> Result<Reply<CardKeyView>, Problem> {
    let names = services.account_names(card.owner_id).await?;
    Ok(Reply::new(message, CardKeyView::of(card, &names)))
}
