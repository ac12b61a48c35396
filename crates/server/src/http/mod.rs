//! The HTTP shell: every route with its permission in one table (`routes.rs`), every error in another (`error.rs`), and one way through
//! for all of them (`pipeline.rs`): admit, read the body, take the arguments, call, answer, write down a refusal.
//!
//! A folder per resource, a file per endpoint: request, reply and handler, to be read from top to bottom.

mod access;
mod announcements;
mod answer;
mod apps;
mod audit_logs;
mod auth;
mod blacklist;
mod bulkhead;
mod card_keys;
mod dashboard;
mod devices;
mod docs;
mod endpoint;
mod error;
mod events;
mod exchange;
mod export;
mod extract;
mod fault;
mod gate;
mod inbox;
mod licences;
#[cfg(test)]
mod licensing_tests;
mod live;
mod message;
mod openapi;
mod pipeline;
#[cfg(test)]
mod pipeline_tests;
mod problem;
mod refusals;
mod roles;
mod route;
mod routes;
mod security_headers;
mod server;
mod services;
mod sessions;
mod shell;
mod signing_keys;
mod sketch;
mod system;
#[cfg(test)]
mod testing;
mod traffic;
mod users;

pub(crate) use bulkhead::Bulkhead;
pub(crate) use card_keys::EXPORTS_AT_ONCE;
pub(crate) use error::Code;
pub(crate) use extract::Claims;
pub use extract::Locale;
pub(crate) use openapi::document;
pub(crate) use problem::Problem;
pub(crate) use routes::names as route_names;
pub(crate) use server::serve;
pub(crate) use services::{RefusalBudget, Services, Site};
pub(crate) use system::{Health, Looks, Report};
pub(crate) use traffic::Traffic;
