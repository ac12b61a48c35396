use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;

use crate::http::problem::Problem;
use crate::http::services::Services;

/// The OpenAPI document.
pub(crate) async fn openapi(services: Data<Services>) -> Result<HttpResponse, Problem> {
    let json = crate::http::document(&services.site.app_name).to_json().map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, HeaderValue::from_static("application/json"))).body(json))
}
