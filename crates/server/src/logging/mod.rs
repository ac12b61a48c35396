//! The log: text or JSON, to standard error or to files that change daily, with the request's name in every line; and a span for each
//! request, where a collector takes them (OPS-07).

mod line;
mod output;
mod request;
mod spans;

pub use output::LogError;
pub(crate) use output::start;
pub(crate) use request::with_request_id;
pub(crate) use spans::{answered, request_span};
