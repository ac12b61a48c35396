use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;
use cardkey_crypto::constant_time_eq;

use crate::http::error::Code;
use crate::http::extract::Visitor;
use crate::http::problem::Problem;
use crate::http::services::Services;
use crate::metrics::{FORMAT, Sources, report};

/// Tells the numbers to whoever shows the token, where one is set.
pub(crate) async fn metrics(visitor: Visitor, services: Data<Services>) -> Result<HttpResponse, Problem> {
    admit(&visitor, &services)?;
    let database = services.looks.report(services.health.as_ref()).await;
    let sources = Sources {
        started_at_seconds: services.started_at.seconds(),
        in_flight: services.traffic.in_flight(),
        sightings_waiting: services.sightings.waiting(),
        hashing: services.hashing.load(),
        live: &services.live.figures,
        database: &database,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static(FORMAT)))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .body(report(&services.metrics, &sources)))
}

fn admit(visitor: &Visitor, services: &Services) -> Result<(), Problem> {
    let Some(token) = &services.site.metrics_token else { return Ok(()) };
    let shown = visitor.bearer()?;
    if constant_time_eq(shown.as_bytes(), token.expose().as_bytes()) {
        Ok(())
    } else {
        Err(Code::AuthTokenInvalid.into())
    }
}
