use actix_web::web::Data;
use cardkey_domain::Text;
use cardkey_licensing::{Heard, Heartbeat, Nonce};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::http::answer::Reply;
use crate::http::card_keys::possession;
use crate::http::extract::{Body, Visitor};
use crate::http::fault::{Fault, Faults};
use crate::http::problem::Problem;
use crate::http::services::Services;

#[derive(Deserialize, Validate, ToSchema)]
pub(crate) struct HeartbeatBody {
    /// The last verdict the client was given.
    license: String,
    /// 1 to 128 visible characters that come back in the verdict.
    nonce: String,
    /// What the app says of itself, for people: kept with the device until it says something else.
    #[schema(max_length = 64)]
    status: Option<String>,
}

/// The answer to a heartbeat.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeartbeatView {
    /// Whether the app may go on.
    valid: bool,
    /// `VALID`, or why not.
    code: &'static str,
    server_time: String,
    /// When to show itself again.
    next_heartbeat_seconds: u32,
    /// A compact JWS of type `cardkey-verdict+jwt`: the only part that a client may trust.
    verdict: String,
}

/// Hears that an app is running, and tells whether it may go on.
pub(crate) async fn heartbeat(
    visitor: Visitor,
    services: Data<Services>,
    Body(body): Body<HeartbeatBody>,
) -> Result<Reply<HeartbeatView>, Problem> {
    let command = body.parse(&visitor)?;
    let heard = visitor.once(async |call| services.licensing.heartbeat(call, command).await).await?;
    services.metrics.heartbeats.count(heard.verified.code);
    Ok(Reply::ok(heard.into()))
}

impl HeartbeatBody {
    fn parse(self, visitor: &Visitor) -> Result<Heartbeat, Problem> {
        let mut faults = Faults::default();
        let nonce = faults.take("nonce", Nonce::parse(&self.nonce).map_err(|_| Fault::Malformed));
        let status = faults.take("status", Text::parse_optional(self.status.as_deref()));
        faults.finish(|| {
            Some(Heartbeat { verdict: self.license, nonce: nonce?, status: status?, proof: possession(visitor) })
        })
    }
}

impl From<Heard> for HeartbeatView {
    fn from(Heard { verified, at, next_in_seconds }: Heard) -> Self {
        Self {
            valid: verified.valid,
            code: verified.code.as_str(),
            server_time: at.to_string(),
            next_heartbeat_seconds: next_in_seconds,
            verdict: verified.verdict,
        }
    }
}
