use actix_web::web::Data;
use cardkey_domain::{AppId, Text, Timestamp};
use cardkey_licensing::PlanMaintenance;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::view::AppView;
use crate::http::answer::Reply;
use crate::http::extract::{Body, Caller, Path};
use crate::http::fault::Faults;
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct MaintenanceBody {
    /// Whether the app is to be under maintenance; `false` ends it, or calls off what is to come.
    enabled: bool,
    /// What its users are told.
    #[schema(max_length = 1_000)]
    message: Option<String>,
    /// When it begins (RFC 3339); at once where it is left out or past.
    from: Option<String>,
    /// When it ends by itself (RFC 3339); when somebody ends it, where it is left out.
    until: Option<String>,
}

const PLANNED: Message = Message { zh: "维护已设置", en: "The maintenance is set" };
const ENDED: Message = Message { zh: "维护已结束", en: "The maintenance is over" };

/// Puts an app under maintenance, now or at a time to come, or ends it.
pub(crate) async fn maintenance(
    caller: Caller,
    services: Data<Services>,
    Path(id): Path<AppId>,
    Body(body): Body<MaintenanceBody>,
) -> Result<Reply<AppView>, Problem> {
    let licensing = &services.licensing;
    if !body.enabled {
        let app = caller.once(async |call| licensing.end_maintenance(call, id).await).await?;
        return Ok(Reply::new(ENDED, app.into()));
    }
    let plan = body.parse()?;
    let app = caller.once(async |call| licensing.plan_maintenance(call, id, plan).await).await?;
    Ok(Reply::new(PLANNED, app.into()))
}

impl MaintenanceBody {
    fn parse(self) -> Result<PlanMaintenance, Problem> {
        let mut faults = Faults::default();
        let message = faults.take("message", Text::parse_optional(self.message.as_deref()));
        let from = self.from.map(|from| faults.take("from", Timestamp::parse(&from)));
        let until = self.until.map(|until| faults.take("until", Timestamp::parse(&until)));
        faults.finish(|| Some(PlanMaintenance { message: message?, from: from.flatten(), until: until.flatten() }))
    }
}
