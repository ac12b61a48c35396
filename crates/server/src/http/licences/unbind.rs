use actix_web::web::Data;
use cardkey_domain::{DeviceId, LicenceId};
use cardkey_licensing::{UnbindOwn, UnboundOwn};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct UnbindOwnBody {
    /// The device that gives up its seat.
    #[schema(value_type = String)]
    device_id: DeviceId,
}

/// A seat that is free.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnboundOwnView {
    license_id: String,
    device_id: String,
    unbound_at: String,
    /// How many more seats of the licence its owner may free in the 365 days that count.
    unbinds_left: u32,
    /// When they may free the next one.
    next_unbind_at: String,
}

const UNBOUND: Message = Message { zh: "设备已解绑", en: "The device is unbound" };

/// Frees a seat of the caller's own licence.
pub(crate) async fn unbind(
    caller: Caller,
    services: Data<Services>,
    Path(licence_id): Path<LicenceId>,
    Body(body): Body<UnbindOwnBody>,
) -> Result<Reply<UnboundOwnView>, Problem> {
    let command = UnbindOwn { user_id: caller.account().id, licence_id, device_id: body.device_id };
    let free = caller.once(async |call| services.licensing.unbind_own(call, command).await).await?;
    Ok(Reply::new(UNBOUND, free.into()))
}

impl From<UnboundOwn> for UnboundOwnView {
    fn from(free: UnboundOwn) -> Self {
        Self {
            license_id: free.licence_id.to_string(),
            device_id: free.device_id.to_string(),
            unbound_at: free.at.to_string(),
            unbinds_left: free.left,
            next_unbind_at: free.next_at.to_string(),
        }
    }
}
