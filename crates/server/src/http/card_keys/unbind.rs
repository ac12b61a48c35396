use actix_web::web::Data;
use cardkey_domain::{CardKeyId, DeviceId};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::state::reply;
use super::view::CardKeyView;
use crate::http::answer::Reply;
use crate::http::extract::{Caller, OptionalBody, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Default, Deserialize, Validate, ToSchema)]
pub(crate) struct UnbindBody {
    /// The device; all of them where it is left out.
    #[schema(value_type = Option<String>)]
    device_id: Option<DeviceId>,
}

const UNBOUND: Message = Message { zh: "设备已解绑", en: "The device is unbound" };

/// Frees the seat of one device, or of all.
pub(crate) async fn unbind(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<CardKeyId>,
    OptionalBody(body): OptionalBody<UnbindBody>,
) -> Result<Reply<CardKeyView>, Problem> {
    let card = caller.once(async |call| services.licensing.unbind(call, id, body.device_id).await).await?;
    reply(&services, UNBOUND, card).await
}
