use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;
use cardkey_crypto::base64url;
use utoipa_swagger_ui::Config;

use crate::http::error::Code;
use crate::http::extract::Path;
use crate::http::problem::Problem;
use crate::http::security_headers::page_policy;
use crate::http::services::Services;

/// Swagger UI's page. Its own loads scripts without a nonce, so we write ours around its files.
pub(crate) async fn page(services: Data<Services>) -> Result<HttpResponse, Problem> {
    let nonce = base64url(&services.ambient.bytes::<16>());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, html))
        .insert_header((CONTENT_SECURITY_POLICY, page_policy(&nonce)))
        .body(include_str!("swagger.html").replace("{nonce}", &nonce)))
}

/// One of the files of Swagger UI, which stand inside the program.
pub(crate) async fn file(Path(name): Path<String>) -> Result<HttpResponse, Problem> {
    let config = Arc::new(Config::from("/api/v1/openapi.json"));
    let file = utoipa_swagger_ui::serve(&name, config).map_err(|error| Problem::internal(error.to_string()))?;
    let file = file.ok_or(Code::RequestNotFound)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, file.content_type))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")))
        .body(file.bytes.into_owned()))
}
