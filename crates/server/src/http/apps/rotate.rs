use actix_web::web::Data;
use cardkey_domain::AppId;

use crate::http::answer::Reply;
use crate::http::extract::{Caller, Path};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::system::PublishedKeys;

const ROTATED: Message = Message { zh: "签名密钥已轮换", en: "The signing key is rotated" };

/// Puts an app's spare signing key in the place of the active one.
pub(crate) async fn rotate(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AppId>,
) -> Result<Reply<PublishedKeys>, Problem> {
    let keys = caller.once(async |call| services.licensing.rotate_signing_key(call, id).await).await?;
    Ok(Reply::new(ROTATED, keys.into()))
}
