//! What handlers take from a request. Each refuses by itself, with the field named, so that a handler sees only what is right.

mod body;
mod caller;
mod client;
mod locale;
mod once;
mod pages;
mod path;
mod present;
mod query;
mod request_id;
mod services;
mod upgrade;

pub(crate) use body::{Body, OptionalBody};
pub(super) use body::{drain, read as read_body};
pub(crate) use caller::{Caller, Visitor};
pub(super) use client::client_address;
pub use locale::Locale;
pub(crate) use once::Claims;
pub(crate) use pages::Pages;
pub(crate) use path::Path;
pub(crate) use present::present;
pub(crate) use query::Query;
pub(super) use request_id::{REQUEST_ID, RequestIds, request_id};
pub(crate) use upgrade::Upgrade;
