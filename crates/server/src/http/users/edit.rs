use actix_web::web::Data;
use cardkey_domain::{Email, UserId, UserName};
use cardkey_identity::EditUser;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::create::parse_roles;
use super::view::{AccountStatus, UserView};
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path, present};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// What is to change; what is left out stays.
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct EditUserBody {
    #[schema(min_length = 3, max_length = 64)]
    username: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 254, format = Email)]
    email: Option<Option<String>>,
    /// `disabled` ends every session of the account.
    status: Option<AccountStatus>,
    #[validate(length(max = 32))]
    roles: Option<Vec<String>>,
    must_change_password: Option<bool>,
}

const CHANGED: Message = Message { zh: "用户已更新", en: "The account is changed" };

/// Changes an account: its names, its status, its roles.
pub(crate) async fn edit(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<UserId>,
    Body(body): Body<EditUserBody>,
) -> Result<Reply<UserView>, Problem> {
    let (edit, held) = (body.parse()?, caller.signed_in().permissions());
    let account = caller.once(async |call| services.identity.edit_user(call, held, id, edit).await).await?;
    Ok(Reply::new(CHANGED, account.into()))
}

impl EditUserBody {
    fn parse(self) -> Result<EditUser, Problem> {
        let mut faults = Faults::default();
        let name = self.username.map(|name| faults.take("username", UserName::parse(&name)));
        let email = self.email.map(|email| email.map(|email| faults.take("email", Email::parse(&email))));
        let roles = self.roles.map(|roles| parse_roles(&roles, &mut faults));
        faults.finish(|| {
            Some(EditUser {
                name: name.flatten(),
                email: email.map(Option::flatten),
                status: self.status.map(Into::into),
                roles,
                must_change_password: self.must_change_password,
            })
        })
    }
}
