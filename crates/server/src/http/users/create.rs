use actix_web::web::Data;
use cardkey_domain::{Email, Password, RoleName, Secret, UserName};
use cardkey_identity::{NewPassword, NewUser};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::view::UserView;
use crate::http::answer::Created;
use crate::http::extract::{Body, Caller};
use crate::http::fault::{Fault, Faults};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct NewUserBody {
    #[schema(min_length = 3, max_length = 64)]
    username: String,
    #[schema(max_length = 254, format = Email)]
    email: Option<String>,
    /// Either this or `password_hash`.
    #[schema(min_length = 8, max_length = 128, format = Password)]
    password: Option<String>,
    /// A plain bcrypt hash from another system; it is replaced at the first sign-in.
    #[schema(max_length = 100)]
    password_hash: Option<String>,
    /// `["user"]` unless told.
    #[validate(length(max = 32))]
    roles: Option<Vec<String>>,
    /// Whether the password must be changed before anything else.
    #[serde(default)]
    must_change_password: bool,
}

const CREATED: Message = Message { zh: "用户已创建", en: "The account is made" };

/// Makes an account that may sign in at once.
pub(crate) async fn create(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<NewUserBody>,
) -> Result<Created<UserView>, Problem> {
    let (new, held) = (body.parse()?, caller.signed_in().permissions());
    let account = caller.once(async |call| services.identity.create_user(call, held, new).await).await?;
    Ok(Created::new(CREATED, account.into()))
}

impl NewUserBody {
    fn parse(self) -> Result<NewUser, Problem> {
        let mut faults = Faults::default();
        let name = faults.take("username", UserName::parse(&self.username));
        let email = self.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
        let email = email.map(|email| faults.take("email", Email::parse(email)));
        let password = match (self.password, self.password_hash) {
            (Some(typed), None) => Some(NewPassword::Typed(Password::new(typed))),
            (None, Some(hash)) => Some(NewPassword::Imported(Secret::new(hash))),
            (None, None) => faults.take("password", Err(Fault::Required)),
            (Some(_), Some(_)) => faults.take("password_hash", Err(Fault::Mismatch)),
        };
        let roles = match &self.roles {
            Some(roles) => parse_roles(roles, &mut faults),
            None => vec![RoleName::user()],
        };
        let must_change_password = self.must_change_password;
        faults.finish(|| {
            Some(NewUser { name: name?, email: email.flatten(), password: password?, roles, must_change_password })
        })
    }
}

pub(super) fn parse_roles(roles: &[String], faults: &mut Faults) -> Vec<RoleName> {
    let parsed = roles.iter().enumerate();
    parsed.filter_map(|(index, role)| faults.take(&format!("roles[{index}]"), RoleName::parse(role))).collect()
}
