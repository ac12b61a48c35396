//! What the server tells of itself in numbers, in Prometheus' text format (OPS-06).
//!
//! Whatever is counted stands in the one table of `series.rs`; `docs/metrics.md` is made from it. Counting a request costs two looks at the
//! clock and a few additions to numbers that stand ready for its route: no look-up by text, no allocation, no lock. What stands somewhere
//! anyway – in the database, in a pool, in the kernel – is looked at when somebody asks.

mod counts;
mod histogram;
mod page;
mod process;
mod report;
mod routes;
mod series;

pub(crate) use counts::Counter;
pub(crate) use page::FORMAT;
pub(crate) use report::{Sources, report};
pub(crate) use routes::{Metrics, RouteName};
