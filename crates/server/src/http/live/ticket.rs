use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::answer::Created;
use crate::http::extract::Caller;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::ws::TICKET_GOOD_FOR;

#[derive(Serialize, ToSchema)]
pub(crate) struct TicketView {
    /// What goes into `GET /api/v1/ws?ticket=…`. Good once.
    ticket: String,
    /// For how many seconds it is good.
    expires_in: u64,
}

/// Issues a ticket for a live connection of the caller's session. It changes nothing that is kept, so a retry gets another ticket.
pub(crate) async fn ticket(caller: Caller, services: Data<Services>) -> Result<Created<TicketView>, Problem> {
    let session = caller.signed_in().session().id;
    let ticket = caller.once(async |_| services.live.tickets.issue(session, &services.ambient).await).await?;
    Ok(Created::ok(TicketView { ticket, expires_in: TICKET_GOOD_FOR.as_secs() }))
}
