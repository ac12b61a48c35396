//! What surrounds every request, whatever route it is for: its name, its count, the security headers, the line in the debug log.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use tracing::Instrument;

use super::extract::{REQUEST_ID, RequestIds};
use super::security_headers;
use super::services::Services;
use crate::logging;

/// Surrounds one request.
pub(super) async fn surround(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let (Some(services), Some(ids)) =
        (request.app_data::<web::Data<Services>>().cloned(), request.app_data::<web::Data<RequestIds>>())
    else {
        return next.call(request).await;
    };
    let name = ids.name(request.headers().get(REQUEST_ID));
    request.extensions_mut().insert(name.clone());
    let _in_flight = services.traffic.enter();
    let span = logging::request_span(&request, &name);
    let answer = logged(request, next).instrument(span.clone());
    let mut response = logging::with_request_id(name.clone(), answer).await?;
    logging::answered(&span, &response);
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, name);
    security_headers::add(headers, services.site.is_https());
    if services.traffic.is_draining() {
        // Not as a header: the server writes that one itself and would drop ours.
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// One line a request, for those who turn it on; it costs nothing otherwise.
async fn logged<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return next.call(request).await;
    }
    let started = Instant::now();
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let response = next.call(request).await?;
    let (status, micros) =
        (response.status().as_u16(), u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
    tracing::debug!(%method, path, status, micros, "answered");
    Ok(response)
}
