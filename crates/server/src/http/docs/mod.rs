//! What the server tells of itself: the OpenAPI document, Swagger UI, and the list of errors that problem documents point to.

mod errors;
mod openapi;
mod swagger;

pub(super) use errors::errors;
pub(super) use openapi::openapi;
pub(super) use swagger::{file, page};
