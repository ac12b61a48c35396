use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use bytes::Bytes;
use cardkey_domain::{Page, PageRequest};
use futures::{Stream, StreamExt};
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use super::exchange::Exchange;
use super::message::Message;
use super::problem::Problem;
use super::sketch::{ReplySketch, Sketch};

const JSON: &str = "application/json";

/// What a handler answers with.
pub(crate) trait Answer: Sized {
    /// Makes the response.
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem>;

    /// Adds what comes back to the route's description.
    fn describe(sketch: &mut Sketch);
}

/// The success envelope `{"success":true,"message":…,"data":…}`.
pub(crate) struct Reply<T, const STATUS: u16 = 200> {
    message: Message,
    data: T,
}

/// The success envelope with status 201.
#[allow(dead_code, reason = "for resources that are made in the call")]
pub(crate) type Created<T> = Reply<T, 201>;

impl<T, const STATUS: u16> Reply<T, STATUS> {
    /// An answer that says no more than that it went well.
    pub(crate) fn ok(data: T) -> Self {
        Self { message: Message::OK, data }
    }

    /// An answer with a sentence for people.
    #[allow(dead_code, reason = "for answers that people read")]
    pub(crate) fn new(message: Message, data: T) -> Self {
        Self { message, data }
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    success: bool,
    message: &'a str,
    data: T,
}

impl<T: Serialize + ToSchema, const STATUS: u16> Answer for Reply<T, STATUS> {
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem> {
        let message = self.message.in_locale(exchange.locale());
        json(STATUS, &Envelope { success: true, message, data: self.data })
    }

    fn describe(sketch: &mut Sketch) {
        let data = sketch.schema::<T>();
        sketch.reply =
            Some(ReplySketch { statuses: statuses::<STATUS>(), content_type: JSON, schema: Some(envelope(data)) });
    }
}

/// Work that is finished in the call (201) or goes on after it (202), in the same envelope.
#[allow(dead_code, reason = "for work that may be handed to a job")]
pub(crate) enum Ordered<T> {
    Finished(Message, T),
    Accepted(Message, T),
}

impl<T: Serialize + ToSchema> Answer for Ordered<T> {
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem> {
        match self {
            Self::Finished(message, data) => Reply::<T, 201>::new(message, data).into_response(exchange),
            Self::Accepted(message, data) => Reply::<T, 202>::new(message, data).into_response(exchange),
        }
    }

    fn describe(sketch: &mut Sketch) {
        let data = sketch.schema::<T>();
        sketch.reply = Some(ReplySketch { statuses: &[201, 202], content_type: JSON, schema: Some(envelope(data)) });
    }
}

/// The success envelope whose fields stand at the top beside `success` and `message`, as OAuth 2 clients expect of tokens.
#[allow(dead_code, reason = "for token replies")]
pub(crate) struct Flat<T> {
    pub(crate) message: Message,
    pub(crate) fields: T,
}

#[derive(Serialize)]
struct FlatEnvelope<'a, T> {
    success: bool,
    message: &'a str,
    #[serde(flatten)]
    fields: T,
}

impl<T: Serialize + ToSchema> Answer for Flat<T> {
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem> {
        let message = self.message.in_locale(exchange.locale());
        json(200, &FlatEnvelope { success: true, message, fields: self.fields })
    }

    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema::<T>();
        sketch.reply = Some(ReplySketch { statuses: &[200], content_type: JSON, schema: Some(schema) });
    }
}

/// A JSON document of its own form, for what a standard or an older client prescribes.
pub(crate) struct Bare<T>(pub(crate) T);

impl<T: Serialize + ToSchema> Answer for Bare<T> {
    fn into_response(self, _exchange: &Exchange) -> Result<HttpResponse, Problem> {
        json(200, &self.0)
    }

    fn describe(sketch: &mut Sketch) {
        let schema = sketch.schema::<T>();
        sketch.reply = Some(ReplySketch { statuses: &[200], content_type: JSON, schema: Some(schema) });
    }
}

/// A page of a list, in the envelope.
#[derive(Serialize)]
pub(crate) struct List<T> {
    items: Vec<T>,
    total: u64,
    page: u32,
    page_size: u32,
    next_cursor: Option<String>,
}

impl<T> List<T> {
    /// The page that was asked for, each item as it is shown.
    pub(crate) fn of<U>(request: &PageRequest, page: Page<U>, show: impl FnMut(U) -> T) -> Self {
        Self {
            total: page.total,
            page: request.number(),
            page_size: request.size(),
            next_cursor: page.next.map(|cursor| cursor.to_string()),
            items: page.items.into_iter().map(show).collect(),
        }
    }
}

impl<T: Serialize + ToSchema> Answer for List<T> {
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem> {
        let message = Message::OK.in_locale(exchange.locale());
        json(200, &Envelope { success: true, message, data: self })
    }

    fn describe(sketch: &mut Sketch) {
        let item = sketch.schema::<T>();
        let number = || ObjectBuilder::new().schema_type(Type::Integer);
        let cursor = SchemaType::from_iter([Type::String, Type::Null]);
        let list = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .property("total", number())
            .property("page", number())
            .property("page_size", number())
            .property("next_cursor", ObjectBuilder::new().schema_type(cursor));
        let list =
            ["items", "total", "page", "page_size", "next_cursor"].into_iter().fold(list, ObjectBuilder::required);
        let schema = Some(envelope(RefOr::T(list.into())));
        sketch.reply = Some(ReplySketch { statuses: &[200], content_type: JSON, schema });
    }
}

/// A file that is made while it is sent. Cut off at the first error: the status is gone by then, and half a file must not look whole.
#[allow(dead_code, reason = "for exports")]
pub(crate) struct Download<S> {
    pub(crate) content_type: &'static str,
    pub(crate) file_name: String,
    pub(crate) bytes: S,
}

impl<S> Answer for Download<S>
where
    S: Stream<Item = Result<Bytes, std::io::Error>> + 'static,
{
    fn into_response(self, exchange: &Exchange) -> Result<HttpResponse, Problem> {
        let name: String = self.file_name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
        let in_flight = exchange.services.traffic.enter();
        let bytes = self.bytes.map(move |chunk| {
            let _held_until_sent = &in_flight;
            chunk
        });
        Ok(HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)))
            .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
            .streaming(bytes))
    }

    fn describe(sketch: &mut Sketch) {
        sketch.reply = Some(ReplySketch { statuses: &[200], content_type: "*/*", schema: None });
    }
}

/// A response made by hand: pages and files of the user interface.
impl Answer for HttpResponse {
    fn into_response(self, _exchange: &Exchange) -> Result<HttpResponse, Problem> {
        Ok(self)
    }

    fn describe(sketch: &mut Sketch) {
        sketch.reply = Some(ReplySketch { statuses: &[200], content_type: "*/*", schema: None });
    }
}

fn json(status: u16, value: &impl Serialize) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(value).map_err(Problem::internal)?;
    let status = StatusCode::from_u16(status).map_err(Problem::internal)?;
    Ok(HttpResponseBuilder::new(status)
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(JSON)))
        .body(bytes))
}

fn statuses<const STATUS: u16>() -> &'static [u16] {
    const { &[STATUS] }
}

fn envelope(data: RefOr<Schema>) -> RefOr<Schema> {
    let success = ObjectBuilder::new().schema_type(Type::Boolean);
    let object = ObjectBuilder::new()
        .property("success", success)
        .property("message", String::schema())
        .property("data", data)
        .required("success")
        .required("message")
        .required("data");
    RefOr::T(object.into())
}
