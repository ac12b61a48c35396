use actix_web::web::Data;
use cardkey_domain::LicenceId;
use cardkey_licensing::Reissue;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use crate::http::answer::Reply;
use crate::http::card_keys::{VerdictView, device_key, nonce, possession};
use crate::http::devices::DeviceInfoBody;
use crate::http::extract::{Body, Caller, Path};
use crate::http::fault::Faults;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct ReissueBody {
    #[validate(nested)]
    device_info: DeviceInfoBody,
    /// 1 to 128 visible characters that come back in the verdict.
    nonce: Option<String>,
    /// A new Ed25519 key of the device (base64url), where it lost the old one.
    device_public_key: Option<String>,
}

/// Issues a verdict anew to the owner of a licence, on a device that is bound.
pub(crate) async fn reissue(
    caller: Caller,
    services: Data<Services>,
    Path(licence_id): Path<LicenceId>,
    Body(body): Body<ReissueBody>,
) -> Result<Reply<VerdictView>, Problem> {
    let mut faults = Faults::default();
    let device_info = body.device_info.parse(&mut faults);
    let nonce = faults.take("nonce", nonce(body.nonce.as_deref()));
    let key = faults.take("device_public_key", device_key(body.device_public_key.as_deref()));
    let proof = possession(&caller);
    let user_id = caller.account().id;
    let command = faults.finish(|| {
        let (device_info, nonce, device_public_key) = (device_info?, nonce?, key?);
        Some(Reissue { user_id, licence_id, device_info, nonce, device_public_key, proof })
    })?;
    let verified = caller.once(async |call| services.licensing.reissue(call, command).await).await?;
    Ok(Reply::ok(verified.into()))
}
