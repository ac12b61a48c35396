//! What audit reads.

mod dashboard;
mod list;
