use actix_web::web::Data;
use cardkey_domain::{BlacklistSubject, Text, Timestamp};
use cardkey_licensing::ShutOut;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::view::BlacklistView;
use crate::http::answer::Created;
use crate::http::extract::{Body, Caller};
use crate::http::fault::{Fault, Faults};
use crate::http::message::Message;
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct BlacklistBody {
    kind: Kind,
    /// An account's or device's id, a component's keyed hash (64 hex digits), an address or a CIDR block.
    #[validate(length(min = 1, max = 100))]
    value: String,
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Until when (RFC 3339); for good where it is left out.
    until: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BlacklistKind)]
pub(crate) enum Kind {
    Account,
    Device,
    Component,
    Network,
}

const ADDED: Message = Message { zh: "已加入黑名单", en: "It is on the blacklist" };

/// Puts something on the blacklist.
pub(crate) async fn add(
    caller: Caller,
    services: Data<Services>,
    Body(body): Body<BlacklistBody>,
) -> Result<Created<BlacklistView>, Problem> {
    let command = body.parse()?;
    let entry = caller.once(async |call| services.licensing.shut_out(call, command).await).await?;
    let names = services.account_names(entry.created_by).await?;
    Ok(Created::new(ADDED, BlacklistView::of(&entry, &names, services.ambient.now())))
}

impl BlacklistBody {
    fn parse(self) -> Result<ShutOut, Problem> {
        let mut faults = Faults::default();
        let subject = BlacklistSubject::parse(self.kind.as_str(), self.value.trim()).map_err(|_| Fault::Malformed);
        let subject = faults.take("value", subject);
        let reason = faults.take("reason", Text::parse(&self.reason));
        let until = self.until.map(|until| faults.take("until", Timestamp::parse(&until)));
        faults.finish(|| Some(ShutOut { subject: subject?, reason: reason?, until: until.flatten() }))
    }
}

impl Kind {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Device => "device",
            Self::Component => "component",
            Self::Network => "network",
        }
    }
}
