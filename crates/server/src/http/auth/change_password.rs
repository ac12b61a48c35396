use actix_web::web::Data;
use cardkey_domain::Password;
use cardkey_identity::{ChangePassword, ChangePasswordError};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::problems::{busy, locked};
use crate::http::answer::Reply;
use crate::http::error::Code;
use crate::http::extract::{Body, Caller};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sessions::EndedView;
use crate::http::users::weak;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct ChangePasswordBody {
    #[validate(length(min = 1, max = 1_024))]
    #[schema(min_length = 1, max_length = 1_024, format = Password)]
    old_password: String,
    #[schema(min_length = 8, max_length = 128, format = Password)]
    new_password: String,
}

const CHANGED: Message = Message {
    zh: "密码已修改,其他设备已退出",
    en: "The password is changed; other devices are signed out",
};

/// Gives one's own account another password and ends its other sessions.
pub(crate) async fn change_password(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<ChangePasswordBody>,
) -> Result<Reply<EndedView>, Problem> {
    let change = ChangePassword { old: Password::new(body.old_password), new: Password::new(body.new_password) };
    let who = caller.signed_in();
    let ended = caller.once(async |call| services.identity.change_password(call, who, change).await).await?;
    Ok(Reply::new(CHANGED, ended.into()))
}

impl From<ChangePasswordError> for Problem {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Weak(rules) => weak("new_password", rules),
            ChangePasswordError::Unchanged => Code::PasswordUnchanged.into(),
            ChangePasswordError::WrongPassword => Code::PasswordWrong.into(),
            ChangePasswordError::Locked { retry_after } => locked(retry_after),
            ChangePasswordError::Busy(error) => busy(error),
            ChangePasswordError::ChangedMeanwhile => Code::RequestConflict.into(),
            ChangePasswordError::Store(error) => error.into(),
        }
    }
}
