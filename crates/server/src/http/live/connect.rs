use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use actix_web_actors::ws::{HandshakeError, handshake};
use cardkey_domain::SessionId;
use cardkey_events::{Actor, Call};
use cardkey_identity::{Account, Forbidden};
use serde::Deserialize;
use utoipa::IntoParams;

use super::origin;
use crate::http::answer::Answer;
use crate::http::card_keys::possession;
use crate::http::error::Code;
use crate::http::exchange::Exchange;
use crate::http::extract::{Query, Upgrade, Visitor};
use crate::http::gate;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::http::sketch::{ReplySketch, Sketch};
use crate::ws::{Credential, Holder, Knock, open};

/// Whoever finds no turn to be let in comes back after this.
const COME_BACK_IN: Duration = Duration::from_secs(2);

#[derive(Deserialize, IntoParams)]
pub(crate) struct ConnectQuery {
    /// A ticket of `POST /api/v1/ws/tickets`, for browsers, which cannot send an `Authorization` header.
    ticket: Option<String>,
}

/// The switch to another protocol.
pub(crate) struct Switched(HttpResponse);

/// Opens the live connection for the bearer of an access token or a ticket, or of a licence (`Authorization: License <verdict>`).
pub(crate) async fn connect(
    upgrade: Upgrade,
    visitor: Visitor,
    services: Data<Services>,
    Query(query): Query<ConnectQuery>,
) -> Result<Switched, Problem> {
    handshake(&upgrade.request).map_err(malformed)?;
    origin::check(visitor.header("origin").or(upgrade.has("origin").then_some("")), &services.site.public_url)?;
    let live = &services.live;
    if services.traffic.is_draining() {
        return Err(Problem::from(Code::SystemDraining).retry_after(COME_BACK_IN));
    }
    let ward = upgrade.ward()?;
    let doubts = ward.doubts();
    let turn = live.turn_at_the_door().await;
    let _turn = turn.ok_or_else(|| Problem::from(Code::LiveBusy).retry_after(COME_BACK_IN))?;
    let holder = holder(&upgrade, &visitor, &services, query.ticket.as_deref()).await?;
    let knock = Knock { request: upgrade.request, payload: upgrade.payload, holder, locale: visitor.locale(), doubts };
    open(&ward, knock).await.map(Switched)
}

/// Finds out who knocks. A header goes before a ticket.
async fn holder(
    upgrade: &Upgrade,
    visitor: &Visitor,
    services: &Services,
    ticket: Option<&str>,
) -> Result<Holder, Problem> {
    let shown = visitor.header("authorization").and_then(|header| header.split_once(' '));
    if let Some((_, verdict)) = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("license")) {
        let (call, proof) = (visitor.call(), possession(visitor));
        let held = services.licensing.connect(&call, verdict.trim(), proof.as_ref()).await?;
        let credential = Credential::Licence { licence: held.licence_id, device: held.device_id, app: held.app_id };
        return Ok(Holder { user: held.owner_id, credential, call });
    }
    let (account, session) = match ticket.filter(|_| !upgrade.has("authorization")) {
        Some(ticket) => {
            let session = services.live.tickets.redeem(ticket, services.ambient.now()).await?;
            let session = session.ok_or(Code::LiveTicketInvalid)?;
            (services.identity.in_session(session).await?, session)
        }
        None => {
            let caller = gate::admit(&upgrade.request, services).await?;
            (caller.account().clone(), caller.session().id)
        }
    };
    of_account(&account, session, visitor.call(), services).await
}

async fn of_account(account: &Account, session: SessionId, call: Call, services: &Services) -> Result<Holder, Problem> {
    if account.must_change_password {
        return Err(Forbidden::PasswordChangeRequired.into());
    }
    if services.licensing.is_shut_out(Some(account.id), call.ip).await? {
        return Err(Code::BlacklistBlocked.into());
    }
    let actor = Actor::User { id: account.id, name: account.name.to_string(), session_id: session };
    Ok(Holder { user: account.id, credential: Credential::Session(session), call: Call { actor, ..call } })
}

fn malformed(error: HandshakeError) -> Problem {
    match error {
        HandshakeError::GetMethodRequired
        | HandshakeError::NoWebsocketUpgrade
        | HandshakeError::NoConnectionUpgrade => Code::LiveUpgradeRequired.into(),
        other => Problem::from(Code::LiveHandshakeInvalid).because(other.to_string()),
    }
}

impl Answer for Switched {
    fn into_response(self, _exchange: &Exchange) -> Result<HttpResponse, Problem> {
        Ok(self.0)
    }

    fn describe(sketch: &mut Sketch) {
        sketch.reply = Some(ReplySketch { statuses: &[101], content_type: "*/*", schema: None });
    }
}
