use actix_web::web::Data;
use cardkey_domain::Text;
use cardkey_licensing::RegisterApp;
use cardkey_licensing::model::AppPolicy;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::policy::PolicyBody;
use super::view::AppView;
use crate::http::answer::Created;
use crate::http::extract::{Body, Caller};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct RegisterAppBody {
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    #[schema(max_length = 2_000)]
    description: Option<String>,
    /// Whom its users may turn to.
    #[schema(max_length = 200)]
    contact: Option<String>,
    policy: Option<PolicyBody>,
}

const REGISTERED: Message = Message { zh: "应用已创建", en: "The app is registered" };

/// Registers an app.
pub(crate) async fn register(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<RegisterAppBody>,
) -> Result<Created<AppView>, Problem> {
    let command = body.parse()?;
    let app = caller.once(async |call| services.licensing.register_app(call, command).await).await?;
    Ok(Created::new(REGISTERED, app.into()))
}

impl RegisterAppBody {
    fn parse(self) -> Result<RegisterApp, Problem> {
        let mut faults = Faults::default();
        let name = faults.take("name", Text::parse(&self.name));
        let description = faults.take("description", Text::parse_optional(self.description.as_deref()));
        let contact = faults.take("contact", Text::parse_optional(self.contact.as_deref()));
        let policy = self.policy.unwrap_or_default().parse(&mut faults);
        let command = faults.finish(|| Some((name?, description?, contact?)))?;
        let (name, description, contact) = command;
        let policy = policy.applied_to(&AppPolicy::default()).map_err(cardkey_licensing::AppError::Policy)?;
        Ok(RegisterApp { name, description, contact, policy })
    }
}
