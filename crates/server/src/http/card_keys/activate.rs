use actix_web::web::Data;
use cardkey_domain::CardKeyCode;
use cardkey_licensing::{Activate, Activated};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use super::verdicts::{device_key, nonce};
use crate::http::answer::Reply;
use crate::http::devices::DeviceInfoBody;
use crate::http::error::Code;
use crate::http::extract::{Body, Caller};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct ActivateBody {
    /// 16 letters and digits, in any case, with or without dashes.
    card_key: String,
    #[validate(nested)]
    device_info: DeviceInfoBody,
    /// 1 to 128 visible characters that come back in the verdict.
    nonce: Option<String>,
    /// The device's own Ed25519 key (base64url): then every check needs a DPoP proof.
    device_public_key: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ActivatedView {
    license_id: String,
    device_id: String,
    app_id: String,
    /// When the licence ends; null where time does not end it.
    expires_at: Option<String>,
    /// A compact JWS of type `cardkey-verdict+jwt`: the only part that a client may trust.
    verdict: String,
}

const ACTIVATED: Message = Message { zh: "卡密激活成功", en: "The card key is activated" };

/// Redeems a card key on a device.
pub(crate) async fn activate(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<ActivateBody>,
) -> Result<Reply<ActivatedView>, Problem> {
    let command = body.parse(&caller)?;
    let activated = caller.once(async |call| services.licensing.activate(call, command).await).await?;
    Ok(Reply::new(ACTIVATED, activated.into()))
}

impl ActivateBody {
    fn parse(self, caller: &Caller) -> Result<Activate, Problem> {
        let mut faults = Faults::default();
        let device_info = self.device_info.parse(&mut faults);
        let nonce = faults.take("nonce", nonce(self.nonce.as_deref()));
        let key = faults.take("device_public_key", device_key(self.device_public_key.as_deref()));
        let (device_info, nonce, device_public_key) = faults.finish(|| Some((device_info?, nonce?, key?)))?;
        let code = CardKeyCode::parse(&self.card_key).map_err(|_| Code::CardKeyInvalid)?;
        Ok(Activate { user_id: caller.account().id, code, device_info, nonce, device_public_key })
    }
}

impl From<Activated> for ActivatedView {
    fn from(activated: Activated) -> Self {
        Self {
            license_id: activated.licence_id.to_string(),
            device_id: activated.device_id.to_string(),
            app_id: activated.app_id.to_string(),
            expires_at: activated.expires_at.map(|end| end.to_string()),
            verdict: activated.verdict,
        }
    }
}
