use actix_web::web::Data;
use cardkey_domain::{AppId, Password};
use cardkey_identity::SignIn;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::device::DeviceBody;
use super::token_reply::{TokenReply, token_reply};
use crate::http::answer::Flat;
use crate::http::extract::{Body, Visitor};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct LoginBody {
    /// The user name, or the email address.
    #[validate(length(min = 1, max = 320))]
    #[schema(min_length = 1, max_length = 320)]
    username: String,
    #[validate(length(min = 1, max = 1_024))]
    #[schema(min_length = 1, max_length = 1_024, format = Password)]
    password: String,
    device: Option<DeviceBody>,
    /// The app that is signed in to, where there is one: while it is under maintenance nobody new is let in.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    app_id: Option<AppId>,
}

const SIGNED_IN: Message = Message { zh: "登录成功", en: "Signed in" };

/// Signs in with a password.
pub(crate) async fn login(
    visitor: Visitor,
    services: Data<Services>,
    Body(body): Body<LoginBody>,
) -> Result<Flat<TokenReply>, Problem> {
    let mut faults = Faults::default();
    let device = body.device.unwrap_or_default().parse(visitor.call().user_agent, &mut faults);
    let attempt = SignIn { login: body.username, password: Password::new(body.password), device, location: None };
    let attempt = faults.finish(|| Some(attempt))?;
    if let Some(app) = body.app_id
        && let Some(closed) = services.licensing.check_open(app).await?
    {
        return Err(closed.into());
    }
    let grant = visitor.once(async |call| services.identity.sign_in(call, attempt).await).await?;
    Ok(token_reply(&services, SIGNED_IN, grant))
}
