use actix_web::web::Data;
use cardkey_domain::{AppId, Text};
use cardkey_licensing::ChangeApp;
use cardkey_licensing::model::AppStatus;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::policy::PolicyBody;
use super::view::AppView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path, present};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

/// What is to change; what is left out stays.
#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct ChangeAppBody {
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    description: Option<Option<String>>,
    /// Null takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 200)]
    contact: Option<Option<String>>,
    status: Option<Status>,
    policy: Option<PolicyBody>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AppStatus)]
pub(crate) enum Status {
    Active,
    Disabled,
}

const CHANGED: Message = Message { zh: "应用已更新", en: "The app is changed" };

/// Changes an app.
pub(crate) async fn change(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AppId>,
    Body(body): Body<ChangeAppBody>,
) -> Result<Reply<AppView>, Problem> {
    let change = body.parse()?;
    let app = caller.once(async |call| services.licensing.change_app(call, id, change).await).await?;
    Ok(Reply::new(CHANGED, app.into()))
}

impl ChangeAppBody {
    fn parse(self) -> Result<ChangeApp, Problem> {
        let mut faults = Faults::default();
        let name = self.name.map(|text| faults.take("name", Text::parse(&text)));
        let description =
            self.description.map(|text| faults.take("description", Text::parse_optional(text.as_deref())));
        let contact = self.contact.map(|text| faults.take("contact", Text::parse_optional(text.as_deref())));
        let policy = self.policy.unwrap_or_default().parse(&mut faults);
        let status = self.status.map(|status| match status {
            Status::Active => AppStatus::Active,
            Status::Disabled => AppStatus::Disabled,
        });
        faults.finish(|| {
            Some(ChangeApp {
                name: name.flatten(),
                description: description.flatten(),
                contact: contact.flatten(),
                status,
                policy,
            })
        })
    }
}
