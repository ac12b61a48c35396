use actix_web::web::Data;
use cardkey_identity::RotateKeysError;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::Caller;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// The `kid`s after a rotation.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotatedTokenKeys {
    /// The key that signs from now on.
    active: String,
    /// The key that will after the next rotation.
    spare: String,
}

const ROTATED: Message = Message { zh: "签名密钥已轮换", en: "The signing keys are rotated" };

/// Puts the spare signing key in the place of the active one. Nobody is signed out.
pub(crate) async fn rotate(caller: Caller, services: Data<Services>) -> Result<Reply<RotatedTokenKeys>, Problem> {
    let rotated = caller.once(async |call| services.identity.rotate_keys(call).await).await?;
    let view = RotatedTokenKeys { active: rotated.active.to_string(), spare: rotated.spare.to_string() };
    Ok(Reply::new(ROTATED, view))
}

impl From<RotateKeysError> for Problem {
    fn from(error: RotateKeysError) -> Self {
        match error {
            RotateKeysError::NotInUse => Code::SigningKeyNotInUse.into(),
            RotateKeysError::RotatedMeanwhile => Code::RequestConflict.into(),
            RotateKeysError::Store(error) => error.into(),
        }
    }
}
