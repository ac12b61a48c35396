//! The one way through for every request to a route of the table.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Instant;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use futures::FutureExt;

use cardkey_identity::Caller;

use super::access::Access;
use super::answer::Answer;
use super::endpoint::Endpoint;
use super::exchange::Exchange;
use super::extract::{Locale, read_body, request_id};
use super::gate;
use super::problem::Problem;
use super::refusals;
use super::route::Plan;
use super::services::Services;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Admits the caller, reads the body, takes the arguments, calls the handler, and makes a response of what comes of it.
pub(super) async fn answer<E: Endpoint<A>, A>(
    endpoint: E,
    plan: Rc<Plan>,
    request: HttpRequest,
    payload: web::Payload,
) -> HttpResponse {
    let Some(services) = request.app_data::<web::Data<Services>>().cloned() else {
        return HttpResponse::InternalServerError().finish();
    };
    let started = Instant::now();
    let mut known = None;
    let worked = work(endpoint, &plan, &request, &services, payload, &mut known);
    let outcome = AssertUnwindSafe(worked).catch_unwind().await;
    let (response, refused) = match outcome.unwrap_or_else(|_| Err(Problem::internal("the handler panicked"))) {
        Ok(response) => (response, None),
        Err(problem) => {
            let response = refuse(&problem, &plan, &request, &services, known.as_ref()).await;
            (response, Some(problem.code()))
        }
    };
    services.metrics.answered(plan.number, started.elapsed(), response.status().as_u16(), refused);
    response
}

async fn work<E: Endpoint<A>, A>(
    endpoint: E,
    plan: &Rc<Plan>,
    request: &HttpRequest,
    services: &web::Data<Services>,
    payload: web::Payload,
    known: &mut Option<Caller>,
) -> Result<HttpResponse, Problem> {
    let admitted = admit(plan, request, services, known).await;
    let mut payload = Some(payload);
    let body = read_body(plan, request, &mut payload, admitted.is_ok()).await;
    admitted?;
    let exchange = Rc::new(Exchange {
        request: request.clone(),
        services: services.clone(),
        plan: Rc::clone(plan),
        caller: known.clone(),
        body: body?,
        payload: Cell::new(payload),
        replayed: Cell::new(false),
    });
    let mut response = endpoint.call(&exchange).await?.into_response(&exchange)?;
    if exchange.replayed.get() {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// Finds out who asks and whether they may. Who it is stays known when they may not.
async fn admit(
    plan: &Plan,
    request: &HttpRequest,
    services: &Services,
    known: &mut Option<Caller>,
) -> Result<(), Problem> {
    if plan.access == Access::Public {
        return Ok(());
    }
    let caller = known.insert(gate::admit(request, services).await?);
    gate::check(caller, plan.access)
}

async fn refuse(
    problem: &Problem,
    plan: &Plan,
    request: &HttpRequest,
    services: &Services,
    caller: Option<&Caller>,
) -> HttpResponse {
    refusals::note(problem, plan, request, services, caller).await;
    let locale = Locale::of(request, services.site.default_locale);
    problem.response(locale, &services.site.public_url, &request_id(request))
}
