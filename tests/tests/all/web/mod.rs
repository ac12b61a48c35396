//! What holds for every call: bodies, errors, headers, retries, and the trace that calls leave.

mod audit;
mod bodies;
mod dashboard;
mod events;
mod headers;
mod idempotency;
mod injections;
mod problems;
mod routes;
mod secrets;

pub(crate) use routes::{Route, routes};
