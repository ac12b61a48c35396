//! The OpenAPI document, made from the route table and the types of the handlers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, ParameterBuilder, ParameterIn, PathsBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ArrayBuilder, ComponentsBuilder, ObjectBuilder, Ref, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Required};

use super::access::Access;
use super::error::Code;
use super::route::{Plan, Route};
use super::routes::routes;
use super::sketch::Sketch;

const PROBLEM: &str = "Problem";
const BEARER: &str = "bearer";

/// The document of every route there is.
pub(crate) fn document(app_name: &str) -> OpenApi {
    let mut schemas: BTreeMap<String, RefOr<Schema>> = BTreeMap::new();
    schemas.insert(PROBLEM.to_owned(), problem());
    let mut paths = PathsBuilder::new();
    for Route { plan, describe, .. } in routes() {
        let mut sketch = Sketch::default();
        describe(&mut sketch);
        schemas.extend(std::mem::take(&mut sketch.schemas));
        paths = paths.path(plan.path, PathItem::new(method(&plan), operation(&plan, sketch)));
    }
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = ComponentsBuilder::new().schemas_from_iter(schemas).security_scheme(BEARER, bearer);
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title(app_name).version(env!("CARGO_PKG_VERSION")).description(Some(DESCRIPTION)))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

const DESCRIPTION: &str = "Every answer but a few that a standard prescribes is `{\"success\":true,\"message\":…,\"data\":…}`; every \
    refusal is a problem document (RFC 9457) with a stable `code`. `Accept-Language` chooses the language of messages (zh-CN, en). \
    `/api/auth/…` is the same as `/api/v1/auth/…`.";

fn method(plan: &Plan) -> HttpMethod {
    match plan.method.as_str() {
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    }
}

fn operation(plan: &Plan, sketch: Sketch) -> Operation {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(plan.operation))
        .summary(Some(plan.summary))
        .tag(plan.operation.split('.').next().unwrap_or("system"));
    if let Some(description) = needs(plan.access) {
        operation = operation
            .description(Some(description))
            .security(SecurityRequirement::new(BEARER, std::iter::empty::<String>()));
    }
    for parameter in sketch.parameters {
        operation = operation.parameter(parameter);
    }
    if plan.is_mutating() && sketch.is_once {
        operation = operation.parameter(idempotency_key());
    }
    if let Some(schema) = sketch.body {
        let required = if sketch.body_is_optional { Required::False } else { Required::True };
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(required));
        operation = operation.request_body(Some(body.build()));
    }
    if let Some(reply) = sketch.reply {
        let content = ContentBuilder::new().schema(reply.schema).build();
        for status in reply.statuses {
            let response = ResponseBuilder::new().description("Done").content(reply.content_type, content.clone());
            operation = operation.response(status.to_string(), response.build());
        }
    }
    for status in refusals(plan) {
        operation = operation.response(status.to_string(), refusal(status));
    }
    operation.response("default", refusal(0)).build()
}

fn needs(access: Access) -> Option<String> {
    match access {
        Access::Public => None,
        Access::SignedIn => Some("Needs a signed-in account.".to_owned()),
        Access::PendingPassword => {
            Some("Needs a signed-in account, even one that has to change its password.".to_owned())
        }
        Access::Permission(permission) => Some(format!("Needs the permission `{permission}`.")),
    }
}

fn idempotency_key() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("A retry with the same key and body gets the same reply and changes nothing more."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255))))
        .build()
}

/// The statuses that the shell itself may refuse with; a handler's own fall under `default`.
fn refusals(plan: &Plan) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::new();
    if plan.access != Access::Public {
        statuses.extend([401, 403]);
    }
    if plan.is_mutating() {
        statuses.extend([400, 409, 413, 415, 422]);
    }
    statuses
}

fn refusal(status: u16) -> utoipa::openapi::Response {
    let description = match status {
        400 => "Malformed",
        401 => "Not signed in",
        403 => "Not allowed",
        409 => "In conflict with what is",
        413 => "Too large",
        415 => "Not JSON",
        422 => "The idempotency key was used for another request",
        _ => "Refused",
    };
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(PROBLEM))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

fn problem() -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let codes = Code::ALL.iter().map(|code| json!(code.as_str()));
    let fault = ObjectBuilder::new()
        .property("field", text())
        .property("code", text())
        .property("message", text())
        .required("field")
        .required("code")
        .required("message");
    let object = ObjectBuilder::new()
        .property("success", ObjectBuilder::new().schema_type(Type::Boolean))
        .property("code", text().enum_values(Some(codes)))
        .property("message", text())
        .property("type", text())
        .property("title", text())
        .property("status", ObjectBuilder::new().schema_type(Type::Integer))
        .property("detail", text())
        .property("errors", ArrayBuilder::new().items(fault))
        .property("request_id", text());
    let names = ["success", "code", "message", "type", "title", "status", "detail", "errors", "request_id"];
    RefOr::T(names.into_iter().fold(object, ObjectBuilder::required).into())
}

#[cfg(test)]
mod tests;
