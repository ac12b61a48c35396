//! How the system is (OPS-05), for those who watch over it.

mod health;
mod jwks;
mod livez;
mod metrics;
mod readyz;

pub(super) use health::health;
pub(crate) use health::{Health, Looks, Report};
pub(super) use jwks::{PublishedKeys, jwks};
pub(super) use livez::livez;
pub(super) use metrics::metrics;
pub(super) use readyz::readyz;
